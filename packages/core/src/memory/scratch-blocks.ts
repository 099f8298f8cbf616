// Who uses which scratch block. The owner words lie in the header of the first segment, so that all
// threads, also those that attached, take blocks from the same list; a block is one
// compare-exchange, never waited for.

import { ErrorCode, VectorIndexError } from '../errors.ts';
import * as F from '../hot/fields.ts';

export class ScratchBlocks {
  readonly #header: Int32Array;

  /** @param header the words of the index's first segment */
  constructor(header: Int32Array) {
    this.#header = header;
  }

  /**
   * Takes `count` free blocks.
   *
   * @throws {VectorIndexError} CAPACITY_EXCEEDED when all are in use
   */
  claim(count: number): number[] {
    const claimed: number[] = [];
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
    for (const block of blocks) Atomics.store(this.#header, F.SCRATCH_OWNERS + block, 0);
  }
}
