// Walks through Thrift's compact form (the headers of parquet) before a library decodes it: the
// library believes its lengths. https://github.com/apache/thrift, thrift-compact-protocol.md

import { damaged } from '../flaw.ts';

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

const MAX_DEPTH = 32;
const MAX_VARINT_BYTES = 10;
const LONG_LIST = 15;

class Walker {
  readonly #bytes: Uint8Array;
  readonly #structs: number;
  offset: number;
  #seen = 0;

  constructor(bytes: Uint8Array, offset: number, structs: number) {
    this.#bytes = bytes;
    this.offset = offset;
    this.#structs = structs;
  }

  struct(depth: number): void {
    if (depth > MAX_DEPTH || ++this.#seen > this.#structs) throw damaged('it has too many parts');
    for (;;) {
      const byte = this.#byte();
      const type = byte & 15;
      if (type === STOP) return;
      if (byte >>> 4 === 0) this.#varint();
      this.#element(type, depth);
    }
  }

  #element(type: number, depth: number): void {
    if (type === TRUE || type === FALSE) return;
    if (type === BYTE) this.#pass(1);
    else if (type >= I16 && type <= I64) this.#varint();
    else if (type === DOUBLE) this.#pass(8);
    else if (type === BINARY) this.#pass(this.#varint());
    else if (type === STRUCT) this.struct(depth + 1);
    else if (type === LIST) this.#list(depth + 1);
    else throw damaged(`it has a part of type ${type}`);
  }

  #list(depth: number): void {
    if (depth > MAX_DEPTH) throw damaged('it has too many parts');
    const byte = this.#byte();
    const type = byte & 15;
    const count = byte >>> 4 === LONG_LIST ? this.#varint() : byte >>> 4;
    if (count > this.#bytes.length - this.offset) throw damaged('a list is longer than its bytes');
    for (let i = 0; i < count; i++) {
      // In lists, truth values take a byte.
      this.#element(type === TRUE || type === FALSE ? BYTE : type, depth);
    }
  }

  #byte(): number {
    this.#pass(1);
    return this.#bytes[this.offset - 1] as number;
  }

  #pass(count: number): void {
    if (count > this.#bytes.length - this.offset) throw damaged('it is cut short');
    this.offset += count;
  }

  #varint(): number {
    let value = 0;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#byte();
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    throw damaged('a number has too many bytes');
  }
}

/** Where the struct that begins at `offset` ends; at most `structs` structs lie in it. */
export function checkThrift(bytes: Uint8Array, offset: number, structs: number): number {
  const walker = new Walker(bytes, offset, structs);
  walker.struct(0);
  return walker.offset;
}
