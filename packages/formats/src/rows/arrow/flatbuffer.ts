// Reads FlatBuffers, in which Arrow keeps what it says about its data
// (https://flatbuffers.dev/internals). Everything is read through a DataView, which throws beyond
// its end; lengths are held against what the buffer can have before anything is made of them.

import { damaged } from '../flaw.ts';

/** One buffer. All that is taken from it together cannot be more than it has: no bombs. */
export class FlatBuffer {
  readonly view: DataView;
  #left: number;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#left = bytes.byteLength;
  }

  root(): FlatTable {
    return new FlatTable(this, this.view.getUint32(0, true));
  }

  /** Counts bytes that a vector, a text or a table takes. */
  spend(byteLength: number): void {
    this.#left -= byteLength;
    if (byteLength < 0 || this.#left < 0) throw damaged('lengths are larger than what holds them');
  }
}

/** A table: fields by number, each of which may be missing. */
export class FlatTable {
  readonly #buffer: FlatBuffer;
  readonly #position: number;
  readonly #fields: number;
  readonly #fieldBytes: number;

  constructor(buffer: FlatBuffer, position: number) {
    buffer.spend(4); // so that tables within each other come to an end
    this.#buffer = buffer;
    this.#position = position;
    this.#fields = position - buffer.view.getInt32(position, true);
    this.#fieldBytes = buffer.view.getUint16(this.#fields, true);
  }

  byte(field: number): number {
    const at = this.#at(field);
    return at === 0 ? 0 : this.#buffer.view.getUint8(at);
  }

  short(field: number, missing = 0): number {
    const at = this.#at(field);
    return at === 0 ? missing : this.#buffer.view.getInt16(at, true);
  }

  int(field: number, missing: number): number {
    const at = this.#at(field);
    return at === 0 ? missing : this.#buffer.view.getInt32(at, true);
  }

  /** A length: 64 bits of which a number holds all. */
  long(field: number): number {
    const at = this.#at(field);
    return at === 0 ? 0 : longAt(this.#buffer.view, at);
  }

  table(field: number): FlatTable | undefined {
    const target = this.#target(field);
    return target === 0 ? undefined : new FlatTable(this.#buffer, target);
  }

  /** The places of a vector's elements of `stride` bytes. */
  vector(field: number, stride: number): number[] {
    const target = this.#target(field);
    if (target === 0) return [];
    const count = this.#buffer.view.getUint32(target, true);
    this.#buffer.spend(count * stride);
    return Array.from({ length: count }, (_, i) => target + 4 + i * stride);
  }

  /** The tables of a vector of tables. */
  tables(field: number): FlatTable[] {
    const { view } = this.#buffer;
    return this.vector(field, 4).map((at) => {
      return new FlatTable(this.#buffer, at + view.getUint32(at, true));
    });
  }

  text(field: number): string {
    const target = this.#target(field);
    if (target === 0) return '';
    const { view } = this.#buffer;
    const length = view.getUint32(target, true);
    this.#buffer.spend(length);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + target + 4, length);
    return new TextDecoder().decode(bytes);
  }

  #at(field: number): number {
    const slot = 4 + 2 * field;
    if (slot + 2 > this.#fieldBytes) return 0;
    const offset = this.#buffer.view.getUint16(this.#fields + slot, true);
    return offset === 0 ? 0 : this.#position + offset;
  }

  #target(field: number): number {
    const at = this.#at(field);
    return at === 0 ? 0 : at + this.#buffer.view.getUint32(at, true);
  }
}

/** A 64-bit length or position. */
export function longAt(view: DataView, at: number): number {
  const value = Number(view.getBigInt64(at, true));
  if (!Number.isSafeInteger(value) || value < 0) throw damaged('a length is impossible');
  return value;
}
