// Who uses which scratch block. The owner words lie in the header of the first segment, so that all
// threads, also those that attached, take blocks from the same list; a block is one
// compare-exchange, never waited for. An index keeps the blocks it cannot do without for as long as
// it is open, so that no number of attached readers can take them away.

import { ErrorCode, VectorIndexError } from '../errors.ts';
import * as F from '../hot/fields.ts';

export class ScratchBlocks {
  #header: Int32Array;
  #kept: readonly number[] = [];
  /** Blocks that are kept and not claimed. */
  #idle: number[] = [];

  /** @param header the words of the index's first segment */
  constructor(header: Int32Array) {
    this.#header = header;
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
    for (const block of this.#kept) this.#free(block);
    this.#kept = [];
    this.#idle = [];
  }

  /**
   * Goes on with the header of another first segment. Readers that attached before keep their
   * blocks, which stay taken here too: they may search segments that both have. Nobody else gets
   * one from the old header any more.
   */
  moveTo(header: Int32Array): void {
    if (header === this.#header) return;
    const total = Math.min(header[F.SCRATCH_COUNT], this.#header[F.SCRATCH_COUNT]);
    for (let word = F.SCRATCH_OWNERS; word < F.SCRATCH_OWNERS + total; word++) {
      if (Atomics.exchange(this.#header, word, 1) === 1) Atomics.store(header, word, 1);
    }
    this.#header = header;
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
    const total = this.#header[F.SCRATCH_COUNT];
    for (let block = 0; block < total && claimed.length < count; block++) {
      const owner = F.SCRATCH_OWNERS + block;
      if (Atomics.compareExchange(this.#header, owner, 0, 1) === 0) claimed.push(block);
    }
    if (claimed.length === count) return claimed;
    this.release(claimed);
    throw new VectorIndexError(
      ErrorCode.capacityExceeded,
      `all ${total} scratch blocks are in use; close attached indexes or raise threads`,
      { expected: count, got: claimed.length },
    );
  }

  release(blocks: readonly number[]): void {
    for (const block of blocks) {
      if (this.#kept.includes(block)) this.#idle.push(block);
      else this.#free(block);
    }
  }

  #free(block: number): void {
    Atomics.store(this.#header, F.SCRATCH_OWNERS + block, 0);
  }
}
