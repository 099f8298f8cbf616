// Where the vector of a node is in a segment. Nodes are numbered through until some are updated or
// rewritten; then NUMBERS says them. Those that are larger than all before ascend, and are found by
// halving; the others, which were updated, are kept in a map.

import * as F from '../hot/fields.ts';
import { type Layout, numberWord } from '../memory/layout.ts';

/** The words of a segment that say where its nodes are. */
export interface NumberedNodes {
  readonly i32s: Int32Array;
  readonly layout: Layout;
}

/** Places there is room for at first. */
const FIRST_ROOM = 64;

export class NodeFinder {
  readonly #segment: NumberedNodes;
  /** Local nodes below `#seen` were looked at: their largest node. */
  #seen = 0;
  #largest: number = F.NONE;
  /** Local nodes below this have ascending nodes; so have the first `#size` of `#places`. */
  #ascending = 0;
  #places: Int32Array = new Int32Array(0);
  #size = 0;
  readonly #updated: Map<number, number> = new Map();

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
    const first = numberWord(layout, 0);
    const numbers = i32s.subarray(first, first + count);
    this.#look(numbers);
    return this.#updated.get(node) ?? this.#halve(numbers, node);
  }

  /** Takes note of the nodes that came since the last look. */
  #look(numbers: Int32Array): void {
    for (; this.#seen < numbers.length; this.#seen++) {
      const node = numbers[this.#seen];
      if (node <= this.#largest) {
        this.#updated.set(node, this.#seen);
        continue;
      }
      this.#largest = node;
      if (this.#ascending === this.#seen) this.#ascending++;
      else this.#keep(this.#seen);
    }
  }

  #keep(local: number): void {
    if (this.#size === this.#places.length) {
      const larger = new Int32Array(Math.max(FIRST_ROOM, 2 * this.#size));
      larger.set(this.#places);
      this.#places = larger;
    }
    this.#places[this.#size++] = local;
  }

  #halve(numbers: Int32Array, node: number): number {
    const isEarly = this.#ascending > 0 && node <= numbers[this.#ascending - 1];
    let low = 0;
    let high = isEarly ? this.#ascending : this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const local = isEarly ? middle : this.#places[middle];
      if (numbers[local] < node) low = middle + 1;
      else high = middle;
    }
    const found = isEarly ? low : this.#places[low];
    return numbers[found] === node ? found : F.NONE;
  }
}
