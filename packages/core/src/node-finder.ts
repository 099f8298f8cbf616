// Where the vector of a node is in a segment. Nodes are numbered through until some are updated or
// rewritten; then NUMBERS says them. They ascend as far as nothing was updated, so that a node is
// found by halving; what came after the first that does not ascend is kept in a map.

import * as F from './hot/fields.ts';
import { type Layout, numberWord } from './memory/layout.ts';

/** The words of a segment that say where its nodes are. */
export interface NumberedNodes {
  readonly i32s: Int32Array;
  readonly layout: Layout;
}

export class NodeFinder {
  readonly #segment: NumberedNodes;
  /** Local nodes up to here have ascending nodes; those up to `#seen` were looked at. */
  #ascending = 0;
  #seen = 0;
  readonly #others: Map<number, number> = new Map();

  constructor(segment: NumberedNodes) {
    this.#segment = segment;
  }

  /** The latest local node below `count` that is or was `node`, removed or not; NONE if none is. */
  find(node: number, count: number): number {
    const { i32s, layout } = this.#segment;
    if (i32s[F.NUMBERED] === 0) {
      const local = node - i32s[F.FIRST_NODE];
      return local >= 0 && local < count ? local : F.NONE;
    }
    const numbers = numberWord(layout, 0);
    this.#look(i32s.subarray(numbers, numbers + count));
    return this.#others.get(node) ?? this.#halve(node);
  }

  /** Takes note of the nodes that came since the last look. */
  #look(numbers: Int32Array): void {
    for (; this.#seen < numbers.length; this.#seen++) {
      const node = numbers[this.#seen];
      const ascends = this.#seen === 0 || node > numbers[this.#seen - 1];
      if (ascends && this.#ascending === this.#seen) this.#ascending++;
      else this.#others.set(node, this.#seen);
    }
  }

  #halve(node: number): number {
    const { i32s, layout } = this.#segment;
    const numbers = numberWord(layout, 0);
    let low = 0;
    let high = this.#ascending;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (i32s[numbers + middle] < node) low = middle + 1;
      else high = middle;
    }
    return low < this.#ascending && i32s[numbers + low] === node ? low : F.NONE;
  }
}
