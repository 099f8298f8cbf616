// The buffers of a batch, one after the other, as its columns ask for them.

import { checkLength, MAX_PART_BYTES, unzstd } from '../decompress.ts';
import { damaged } from '../flaw.ts';
import { lz4Frame } from '../lz4.ts';
import { longAt } from './flatbuffer.ts';
import type { BatchHeader, Codec, ColumnNode } from './metadata.ts';

/** Compressed buffers have the length of their content in front; -1 where they are not. */
const LENGTH_BYTES = 8;

/** A kind of typed array. */
export interface ArrayView<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
}

export class BufferReader {
  readonly #batch: BatchHeader;
  readonly #body: Uint8Array;
  #node = 0;
  #region = 0;
  #variadic = 0;
  #left: number = MAX_PART_BYTES;

  constructor(batch: BatchHeader, body: Uint8Array) {
    this.#batch = batch;
    this.#body = body;
  }

  node(): ColumnNode {
    const node = this.#batch.nodes[this.#node++];
    if (node === undefined) throw damaged('there are fewer columns than the schema has');
    return node;
  }

  variadic(): number {
    const count = this.#batch.variadic[this.#variadic++];
    if (count === undefined || count > this.#batch.regions.length) {
      throw damaged('the number of its buffers is missing');
    }
    return count;
  }

  /** Passes over buffers that nobody needs. */
  pass(count: number): void {
    this.#region += count;
  }

  bytes(): Uint8Array {
    const region = this.#batch.regions[this.#region++];
    if (region === undefined) throw damaged('there are fewer buffers than the schema needs');
    const { offset, length } = region;
    const bytes = this.#body.subarray(offset, offset + length);
    const { codec } = this.#batch;
    return codec === undefined || length === 0 ? bytes : this.#decompress(bytes, codec);
  }

  /** The next buffer as at least `count` elements; more may follow as padding. */
  array<T>(View: ArrayView<T>, count: number): T {
    const bytes = this.bytes();
    const byteLength = count * View.BYTES_PER_ELEMENT;
    if (bytes.length < byteLength) {
      throw damaged(`a buffer of ${bytes.length} bytes should have ${byteLength}`);
    }
    const isAligned = bytes.byteOffset % View.BYTES_PER_ELEMENT === 0;
    const { buffer, byteOffset } = isAligned ? bytes : bytes.slice(0, byteLength);
    return new View(buffer as ArrayBuffer, byteOffset, count);
  }

  #decompress(bytes: Uint8Array, codec: Codec): Uint8Array {
    if (bytes.length < LENGTH_BYTES) throw damaged('a compressed buffer has no length');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const content = bytes.subarray(LENGTH_BYTES);
    if (view.getBigInt64(0, true) === -1n) return content;
    const length = longAt(view, 0);
    this.#left -= length;
    checkLength(this.#left < 0 ? Number.POSITIVE_INFINITY : length);
    return codec === 'lz4' ? lz4Frame(content, length) : unzstd(content, length);
  }
}
