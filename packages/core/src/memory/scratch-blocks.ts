// Who uses which scratch block. The owner words lie in the control block of the index, so that all
// threads, also those that attached, take blocks from the same list; a block is one
// compare-exchange, never waited for, and has the same index in every segment. An index keeps the
// blocks it cannot do without for as long as it is open, so that no number of attached readers can
// take them away.

import { ErrorCode, VectorIndexError } from '../errors.ts';
import { SCRATCH_OWNERS } from './control-words.ts';

export class ScratchBlocks {
  readonly #control: Int32Array;
  /** Blocks that every segment has. */
  #total: number;
  #kept: readonly number[] = [];
  /** Blocks that are kept and not claimed. */
  #idle: number[] = [];

  /**
   * @param control the control block of the index
   * @param total the fewest scratch blocks that one of its segments has
   */
  constructor(control: Int32Array, total: number) {
    this.#control = control;
    this.#total = total;
  }

  /**
   * Takes `count` blocks to keep: claims are served from them first. Once, before any claim.
   *
   * @throws {VectorIndexError} CAPACITY_EXCEEDED when there are too few
   */
  keep(count: number): void {
    this.#idle = this.claim(count);
    this.#kept = [...this.#idle];
  }

  /** Gives the kept blocks back; none may be in use. */
  giveBack(): void {
    this.#free(this.#kept);
    this.#kept = [];
    this.#idle = [];
  }

  /**
   * Goes on with blocks below `total`: a segment has come that has no more. Kept ones that it does
   * not have are exchanged, as far as there are others; those in use are given back when they are
   * released. There are never more again, for whoever still searches a segment that has fewer.
   */
  limitTo(total: number): void {
    if (total >= this.#total) return;
    this.#total = total;
    const isLost = (block: number): boolean => block >= total;
    const lost = this.#kept.filter(isLost);
    const others = this.#take(lost.length);
    this.#free(this.#idle.filter(isLost));
    this.#kept = [...this.#kept.filter((block) => !isLost(block)), ...others];
    this.#idle = [...this.#idle.filter((block) => !isLost(block)), ...others];
  }

  /**
   * Takes `count` free blocks, kept ones first.
   *
   * @throws {VectorIndexError} CAPACITY_EXCEEDED when all are in use
   */
  claim(count: number): number[] {
    const claimed: number[] = [];
    while (claimed.length < count && this.#idle.length > 0)
      claimed.push(this.#idle.pop() as number);
    if (claimed.length < count) claimed.push(...this.#take(count - claimed.length));
    if (claimed.length === count) return claimed;
    this.release(claimed);
    throw new VectorIndexError(
      ErrorCode.capacityExceeded,
      `all ${this.#total} scratch blocks are in use; close attached indexes or raise threads`,
      { expected: count, got: claimed.length },
    );
  }

  release(blocks: readonly number[]): void {
    for (const block of blocks) {
      if (this.#kept.includes(block)) this.#idle.push(block);
      else this.#free([block]);
    }
  }

  /** Up to `count` blocks that nobody has. */
  #take(count: number): number[] {
    const taken: number[] = [];
    for (let block = 0; block < this.#total && taken.length < count; block++) {
      const owner = SCRATCH_OWNERS + block;
      if (Atomics.compareExchange(this.#control, owner, 0, 1) === 0) taken.push(block);
    }
    return taken;
  }

  #free(blocks: readonly number[]): void {
    for (const block of blocks) Atomics.store(this.#control, SCRATCH_OWNERS + block, 0);
  }
}
