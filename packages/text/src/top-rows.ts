// The best k rows of a search: a heap with the worst of them at its root.

/** Rows by score. */
export interface Ranking {
  /** The rows found, best first: descending score, ties by the smaller row. */
  readonly rows: Uint32Array;
  /** Their scores, comparable within one search. */
  readonly scores: Float64Array;
}

export class TopRows {
  readonly #rows: Uint32Array;
  readonly #scores: Float64Array;
  #count = 0;

  constructor(k: number) {
    this.#rows = new Uint32Array(k);
    this.#scores = new Float64Array(k);
  }

  offer(row: number, score: number): void {
    const rows = this.#rows;
    const scores = this.#scores;
    if (this.#count < rows.length) {
      this.#rise(this.#count++, row, score);
    } else if (score > scores[0] || (score === scores[0] && row < rows[0])) {
      this.#sink(this.#count, row, score);
    }
  }

  /** The least score of those held: of the k best, once k were offered. */
  get worst(): number {
    return this.#scores[0];
  }

  /** What was offered, ranked; nothing can be offered afterwards. */
  finish(): Ranking {
    const rows = this.#rows;
    const scores = this.#scores;
    const count = this.#count;
    for (let last = count - 1; last > 0; last--) {
      const [row, score] = [rows[last], scores[last]];
      rows[last] = rows[0];
      scores[last] = scores[0];
      this.#sink(last, row, score);
    }
    return { rows: rows.slice(0, count), scores: scores.slice(0, count) };
  }

  /** Puts a row at `at`, or above where it is worse than what is there. */
  #rise(from: number, row: number, score: number): void {
    const rows = this.#rows;
    const scores = this.#scores;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      const isWorse = score < scores[above] || (score === scores[above] && row > rows[above]);
      if (!isWorse) break;
      rows[at] = rows[above];
      scores[at] = scores[above];
      at = above;
    }
    rows[at] = row;
    scores[at] = score;
  }

  /** Puts a row in the place of the worst of the first `count`. */
  #sink(count: number, row: number, score: number): void {
    const rows = this.#rows;
    const scores = this.#scores;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= count) break;
      const other = below + 1;
      if (
        other < count &&
        (scores[other] < scores[below] ||
          (scores[other] === scores[below] && rows[other] > rows[below]))
      ) {
        below = other;
      }
      const isWorst = score < scores[below] || (score === scores[below] && row >= rows[below]);
      if (isWorst) break;
      rows[at] = rows[below];
      scores[at] = scores[below];
      at = below;
    }
    rows[at] = row;
    scores[at] = score;
  }
}
