// Bytes that are only ever appended, in blocks of one size, so that growing copies nothing and what
// was written stays where it is: who holds a position and a length can read them while more is
// appended. What lies across two blocks is put together when it is read.

import { arrayOfImage, type Image, numberOfImage } from './image.ts';
import { allocateArray } from './shared-arrays.ts';

const BLOCK_SHIFT = 20;
const BLOCK_BYTES: number = 2 ** BLOCK_SHIFT;

/** The name of the array of an image with the bytes from `start` on. */
function blockName(start: number): string {
  return `block-${start / BLOCK_BYTES}`;
}

/** Bytes that are appended and stay where they are; a position and a length find them again. */
export class ByteArena {
  readonly #blocks: Uint8Array[] = [];
  #length = 0;

  /**
   * The arena of an image, over its blocks.
   *
   * @throws {ImageError} where they are not as an arena would have written them
   */
  static load(image: Image): ByteArena {
    const arena = new ByteArena();
    const length = numberOfImage(image, 'byteCount', [0, Number.MAX_SAFE_INTEGER]);
    for (let start = 0; start < length; start += BLOCK_BYTES) {
      const count = Math.min(BLOCK_BYTES, length - start);
      const block = arrayOfImage(image, blockName(start), 'uint8', count);
      if (count < BLOCK_BYTES)
        arena.append(block); // the last one must have room behind it
      else arena.#blocks.push(block);
      arena.#length = start + count;
    }
    return arena;
  }

  /** Bytes that were appended. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of memory. */
  get byteLength(): number {
    return this.#blocks.length * BLOCK_BYTES;
  }

  /** Appends bytes; their position. */
  append(bytes: Uint8Array): number {
    const position = this.#length;
    for (let done = 0; done < bytes.length; ) {
      const at = this.#length % BLOCK_BYTES;
      if (at === 0) this.#blocks.push(allocateArray('uint8', BLOCK_BYTES));
      const count = Math.min(bytes.length - done, BLOCK_BYTES - at);
      const block = this.#blocks[this.#blocks.length - 1] as Uint8Array;
      block.set(bytes.subarray(done, done + count), at);
      this.#length += count;
      done += count;
    }
    return position;
  }

  /** `length` bytes from `position` on: a view where they lie in one block, else a copy. */
  read(position: number, length: number): Uint8Array {
    if (length === 0) return new Uint8Array(0);
    const first = Math.floor(position / BLOCK_BYTES);
    const at = position % BLOCK_BYTES;
    if (at + length <= BLOCK_BYTES) {
      return (this.#blocks[first] as Uint8Array).subarray(at, at + length);
    }
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const from = (position + done) % BLOCK_BYTES;
      const block = this.#blocks[Math.floor((position + done) / BLOCK_BYTES)] as Uint8Array;
      const piece = block.subarray(from, Math.min(BLOCK_BYTES, from + length - done));
      bytes.set(piece, done);
      done += piece.length;
    }
    return bytes;
  }

  /** What was appended up to now, as views: nobody changes it any more. */
  image(): Image {
    const arrays = this.#blocks.map((block, i) => {
      const start = i * BLOCK_BYTES;
      return [blockName(start), block.subarray(0, this.#length - start)] as const;
    });
    return { header: { byteCount: this.#length }, arrays: Object.fromEntries(arrays) };
  }
}
