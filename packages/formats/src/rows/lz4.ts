// LZ4, which Node does not have: frames (lz4_Frame_format.md of github.com/lz4/lz4) and the blocks
// in them. Lengths are known before, so nothing can grow beyond them. Checksums are not looked at.

import { damaged, unsupported } from './flaw.ts';

const FRAME_MAGIC = 0x184d2204;
const UNCOMPRESSED = 0x8000_0000;
const SHORTEST_MATCH = 4;

/** The content of a frame, which has `length` bytes. */
export function lz4Frame(input: Uint8Array, length: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (view.getUint32(0, true) !== FRAME_MAGIC) throw damaged('this is no LZ4 frame');
  const flags = view.getUint8(4);
  if ((flags & 1) !== 0) throw unsupported('the LZ4 frame needs a dictionary');
  const checksumBytes = (flags & 0x10) === 0 ? 0 : 4;
  const output = new Uint8Array(length);
  let at = 7 + ((flags & 8) === 0 ? 0 : 8);
  let done = 0;
  for (;;) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) break;
    const blockLength = size % UNCOMPRESSED;
    if (at + blockLength > input.length) throw damaged('an LZ4 block is cut short');
    const block = input.subarray(at, at + blockLength);
    if (size >= UNCOMPRESSED) {
      output.set(block, done); // throws beyond the end
      done += block.length;
    } else {
      done = lz4Block(block, output, done);
    }
    at += blockLength + checksumBytes;
  }
  if (done !== length) throw damaged(`an LZ4 frame has ${done} bytes, not ${length}`);
  return output;
}

/** Decodes one block into `output` from `done` on; what lies before may be repeated. */
export function lz4Block(input: Uint8Array, output: Uint8Array, done: number): number {
  let from = 0;
  let to = done;
  while (from < input.length) {
    const token = input[from++] as number;
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) literals += more = byteAt(input, from++);
    }
    if (from + literals > input.length) throw damaged('LZ4 literals are cut short');
    output.set(input.subarray(from, from + literals), to); // throws beyond the end
    from += literals;
    to += literals;
    if (from === input.length) return to; // the last sequence has no match
    const distance = byteAt(input, from) | (byteAt(input, from + 1) << 8);
    from += 2;
    let length = (token & 15) + SHORTEST_MATCH;
    if ((token & 15) === 15) {
      let more = 255;
      while (more === 255) length += more = byteAt(input, from++);
    }
    if (distance === 0 || distance > to) throw damaged('an LZ4 match begins before the data');
    if (to + length > output.length) throw damaged('LZ4 data is longer than it says');
    repeat(output, to, distance, length);
    to += length;
  }
  return to;
}

/** Byte by byte where a match overlaps what it writes. */
function repeat(output: Uint8Array, to: number, distance: number, length: number): void {
  if (distance >= length) {
    output.copyWithin(to, to - distance, to - distance + length);
    return;
  }
  for (let i = to; i < to + length; i++) output[i] = output[i - distance] as number;
}

function byteAt(input: Uint8Array, at: number): number {
  if (at >= input.length) throw damaged('LZ4 data is cut short');
  return input[at] as number;
}
