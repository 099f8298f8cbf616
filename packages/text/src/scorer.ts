// What a row scores for a query: BM25F, with lengths normalised field by field (Zaragoza, Craswell,
// Taylor, Saria and Robertson, "Microsoft Cambridge at TREC-13: Web and HARD tracks", 2004;
// Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, 3.6).
//
//   score = sum over the query's terms of  idf * (k1 + 1) * w / (k1 + w)
//   w     = sum over fields of  weight * times / (1 - b + b * length / average length)
//   idf   = ln(1 + (N - df + .5) / (df + .5))
//
// N are the live rows and df those that have the term in any field. The average is over the live
// rows that have any term in the field. A term that is twice in the query counts twice. A term
// counts in one field MAX_TIMES times at most.

import { hasBit } from '@nigh/base';
import { DEAD, type Documents } from './documents.ts';
import type { ResolvedTextOptions } from './options.ts';
import { type Base, FIELD_BITS, FIELD_MASK, placeOf, type Tail } from './postings.ts';
import { TopRows } from './top-rows.ts';

/** A term of a query. */
export interface QueryTerm {
  readonly term: number;
  /** How often the query has it. */
  readonly times: number;
  /** Live documents that have it. */
  readonly docCount: number;
}

/** Where scores are computed: what is in the index, and which documents are asked for. */
export interface Postings {
  readonly documents: Documents;
  readonly base: Base;
  readonly tail: Tail;
}

function inverseFrequency(docCount: number, liveCount: number): number {
  return Math.log(1 + (liveCount - docCount + 0.5) / (docCount + 0.5));
}

/** Bounds are sums in another order than scores: they may differ in their last bits. */
const ROUNDING = 1 + 1e-9;
/** Terms of fewer documents are added without a thought about what could be left out. */
const FEWEST_TO_PRUNE = 1024;

/** Postings that must be left for each document with a score, for a look at those to pay off. */
const TRY_WORTH = 4;

/** Looking for one document among the postings of a term costs as much as so many of them. */
const PROBE_COST = 32;

/** For each element, the sum of it and all behind it. */
function sumsFrom(values: readonly number[]): Float64Array {
  const sums = Float64Array.from(values);
  for (let i = sums.length - 2; i >= 0; i--) sums[i] += sums[i + 1];
  return sums;
}

/** Scores by document, and which documents have one. Made for one index and used again. */
export class Scorer {
  readonly #k1: number;
  readonly #b: number;
  readonly #weights: Float64Array;
  /** By field: b over its average length in the documents of this search. */
  readonly #slopes: Float64Array;
  /** Zero where a document was not touched: what a term adds is more than zero. */
  #scores = new Float64Array(0);
  #touched = new Uint32Array(0);
  #touchedCount = 0;

  constructor({ fields, k1, b }: ResolvedTextOptions) {
    this.#k1 = k1;
    this.#b = b;
    this.#weights = Float64Array.from(fields, ({ weight }) => weight);
    this.#slopes = new Float64Array(fields.length);
  }

  get scores(): Float64Array {
    return this.#scores;
  }

  /** The documents that have a score. */
  get touched(): Uint32Array {
    return this.#touched.subarray(0, this.#touchedCount);
  }

  get byteLength(): number {
    return this.#scores.byteLength + this.#touched.byteLength;
  }

  /**
   * Scores the documents that are accepted; `end` must follow.
   *
   * Terms are added from the rarest to the most frequent. Once what is left to be added is less
   * than the `k` best have already, documents without a score cannot come among them (Turtle and
   * Flood, "Query evaluation: strategies and optimizations", 1995), and only those with one go on.
   *
   * @param k how many of the best must have their whole score
   */
  run(
    postings: Postings,
    terms: readonly QueryTerm[],
    k: number,
    accept: Uint32Array | undefined,
  ): void {
    this.#begin(postings.documents);
    const ordered = this.#weigh(terms, postings.documents);
    const left = sumsFrom(ordered.map(({ factor }) => factor));
    let postingsLeft = ordered.reduce((sum, { docCount }) => sum + docCount, 0);
    let onlyTouched = false;
    let nextTry = k; // documents touched before the next attempt at leaving others out
    for (const [i, { term, docCount, factor }] of ordered.entries()) {
      const isDue = docCount >= FEWEST_TO_PRUNE && this.#touchedCount >= nextTry;
      if (isDue && !onlyTouched && postingsLeft >= TRY_WORTH * this.#touchedCount) {
        onlyTouched = (left[i] as number) * ROUNDING < this.#leastOf(k);
        nextTry = 2 * this.#touchedCount;
      }
      const addition = { term, factor, onlyTouched, accept };
      this.#addBase(postings, addition, rangeOf(postings.base, term));
      if (term < postings.tail.heads.length) this.#addTail(postings, addition);
      postingsLeft -= docCount;
    }
  }

  /**
   * Scores these documents, which live, as `run` does; others may have parts of a score. `end` must
   * follow.
   */
  runOf(postings: Postings, terms: readonly QueryTerm[], docs: ReadonlySet<number>): void {
    const { base, tail, documents } = postings;
    this.#begin(documents);
    const firstNew = tail.length === 0 ? documents.rows.length : tail.docs.values[0];
    const old = [...docs].filter((doc) => doc < firstNew);
    const hasNew = old.length < docs.size;
    for (const { term, factor } of this.#weigh(terms, documents)) {
      const addition = { term, factor, onlyTouched: false, accept: undefined };
      const [start, end] = rangeOf(base, term);
      if (old.length * PROBE_COST < end - start) {
        for (const doc of old) this.#addBase(postings, addition, rangeOfDoc(base, term, doc));
      } else {
        this.#addBase(postings, addition, [start, end]);
      }
      if (hasNew && term < tail.heads.length) this.#addTail(postings, addition);
    }
  }

  /** The terms from the rarest to the most frequent, and what each is worth. */
  #weigh(terms: readonly QueryTerm[], { liveCount }: Documents): WeighedTerm[] {
    return terms
      .toSorted((a, b) => a.docCount - b.docCount || a.term - b.term)
      .map((term) => {
        const rarity = inverseFrequency(term.docCount, liveCount);
        return { ...term, factor: term.times * rarity * (this.#k1 + 1) };
      });
  }

  /** Ends a search: no document has a score any more. */
  end(): void {
    const touched = this.#touched;
    for (let i = 0; i < this.#touchedCount; i++) this.#scores[touched[i]] = 0;
    this.#touchedCount = 0;
  }

  #begin(documents: Documents): void {
    const docCount = documents.rows.length;
    if (this.#scores.length < docCount) {
      const capacity = documents.rows.values.length;
      this.#scores = new Float64Array(capacity);
      this.#touched = new Uint32Array(capacity);
    }
    for (let field = 0; field < this.#slopes.length; field++) {
      this.#slopes[field] = this.#b / documents.averageLength(field);
    }
  }

  /** The least of the `k` best scores so far. */
  #leastOf(k: number): number {
    const top = new TopRows(k);
    const touched = this.#touched;
    const scores = this.#scores;
    for (let i = 0; i < this.#touchedCount; i++) top.offer(touched[i], scores[touched[i]]);
    return top.worst;
  }

  /** Adds what a term scores in documents of the base, of its postings in [start, end). */
  #addBase(
    { base, documents }: Postings,
    { factor, onlyTouched, accept }: Addition,
    [start, end]: Range,
  ): void {
    const { docs, uses } = base;
    const rows = documents.rows.values;
    const lengths = documents.lengths.values;
    const weights = this.#weights;
    const slopes = this.#slopes;
    const scores = this.#scores;
    const k1 = this.#k1;
    const flat = 1 - this.#b;
    const fieldCount = weights.length;
    const isChecked = accept !== undefined || documents.deadCount > 0;
    let at = start;
    while (at < end) {
      const doc = docs[at];
      const score = scores[doc];
      if ((onlyTouched && score === 0) || (isChecked && !isAsked(rows[doc], accept))) {
        at++;
        continue;
      }
      let weight = 0;
      do {
        const field = uses[at] & FIELD_MASK;
        const norm = flat + slopes[field] * lengths[doc * fieldCount + field];
        weight += (weights[field] * (uses[at] >>> FIELD_BITS)) / norm;
        at++;
      } while (at < end && docs[at] === doc);
      if (score === 0) this.#touched[this.#touchedCount++] = doc;
      scores[doc] = score + (factor * weight) / (k1 + weight);
    }
  }

  /** The same for documents of the tail. */
  #addTail({ tail, documents }: Postings, { term, factor, onlyTouched, accept }: Addition): void {
    const docs = tail.docs.values;
    const uses = tail.uses.values;
    const previous = tail.previous.values;
    const rows = documents.rows.values;
    const lengths = documents.lengths.values;
    const scores = this.#scores;
    const flat = 1 - this.#b;
    const fieldCount = this.#weights.length;
    let at = tail.heads.values[term];
    while (at !== 0) {
      const doc = docs[at - 1];
      const score = scores[doc];
      if ((onlyTouched && score === 0) || !isAsked(rows[doc], accept)) {
        at = previous[at - 1];
        continue;
      }
      let weight = 0;
      do {
        const use = uses[at - 1];
        const field = use & FIELD_MASK;
        const norm = flat + this.#slopes[field] * lengths[doc * fieldCount + field];
        weight += (this.#weights[field] * (use >>> FIELD_BITS)) / norm;
        at = previous[at - 1];
      } while (at !== 0 && docs[at - 1] === doc);
      if (score === 0) this.#touched[this.#touchedCount++] = doc;
      scores[doc] = score + (factor * weight) / (this.#k1 + weight);
    }
  }
}

interface WeighedTerm extends QueryTerm {
  /** What it adds at most. */
  readonly factor: number;
}

type Range = readonly [start: number, end: number];

/** Where the postings of a term lie in the base. */
function rangeOf({ offsets }: Base, term: number): Range {
  return term + 1 < offsets.length ? [offsets[term], offsets[term + 1]] : [0, 0];
}

/** Where those of one document lie; the base has the term. */
function rangeOfDoc(base: Base, term: number, doc: number): Range {
  return [placeOf(base, term, doc), placeOf(base, term, doc + 1)];
}

interface Addition {
  readonly term: number;
  readonly factor: number;
  /** Whether documents without a score stay without. */
  readonly onlyTouched: boolean;
  readonly accept: Uint32Array | undefined;
}

/** Whether the row of a document lives and is accepted. */
function isAsked(row: number, accept: Uint32Array | undefined): boolean {
  return row !== DEAD && (accept === undefined || hasBit(accept, row));
}
