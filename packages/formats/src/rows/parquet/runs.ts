// Parquet's mix of runs and packed bits, in which levels and indices are kept: decoded here to see
// what it claims, before a library believes it.
// https://github.com/apache/parquet-format/blob/master/Encodings.md#RLE

import { damaged } from '../flaw.ts';

export interface RunsPlace {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Bits of a value, up to 32. */
  readonly width: number;
}

/** Packed values come in groups of eight: some of the last ones belong to nobody. */
const MOST_PADDING = 512;
/** Bits of a value for which 32 are enough while it is put together. */
const NARROW = 24;

/** Gives `count` values, with how often each comes, to `take`. */
export function walkRuns(
  { bytes, start, end, width }: RunsPlace,
  count: number,
  take: (value: number, times: number) => void,
): void {
  if (end > bytes.length || start > end || width > 32) throw damaged('its levels are cut short');
  let at = start;
  const next = (): number => {
    if (at >= end) throw damaged('its runs are cut short');
    return bytes[at++] as number;
  };
  for (let seen = 0; seen < count; ) {
    const header = readVarint(next);
    const left = count - seen;
    if (header % 2 === 0) {
      const times = header / 2;
      if (times > left) throw damaged(`a run has ${times} values where ${left} are left`);
      let value = 0;
      for (let i = 0; i < Math.ceil(width / 8); i++) value += next() * 2 ** (8 * i);
      if (times > 0) take(value, times);
      seen += times;
    } else {
      const values = ((header - 1) / 2) * 8;
      if (values > left + MOST_PADDING) throw damaged(`${values} values where ${left} are left`);
      // What is missing of the last group is nothing but padding.
      const used = Math.min(values, left);
      if (at + Math.ceil((used * width) / 8) > end) throw damaged('its bits are cut short');
      const packed = { bytes, start: at, end, width };
      if (width > NARROW) takeWide(packed, used, take);
      else takePacked(packed, used, take);
      at += (values / 8) * width;
      seen += used;
    }
  }
}

function takePacked(
  { bytes, start, width }: RunsPlace,
  count: number,
  take: (value: number, times: number) => void,
): void {
  const mask = (1 << width) - 1;
  let at = start;
  let bits = 0; // not yet taken, lowest first
  let have = 0;
  for (let i = 0; i < count; i++) {
    for (; have < width; have += 8) bits |= (bytes[at++] as number) << have;
    take(bits & mask, 1);
    bits >>>= width;
    have -= width;
  }
}

/** The same where values and what is left of a byte take more than 32 bits together. */
function takeWide(
  { bytes, start, width }: RunsPlace,
  count: number,
  take: (value: number, times: number) => void,
): void {
  const size = 2 ** width;
  let at = start;
  let bits = 0;
  let have = 0;
  for (let i = 0; i < count; i++) {
    for (; have < width; have += 8) bits += (bytes[at++] as number) * 2 ** have;
    const value = bits % size;
    take(value, 1);
    bits = (bits - value) / size;
    have -= width;
  }
}

function readVarint(next: () => number): number {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = next();
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return value;
  }
  throw damaged('a number has too many bytes');
}
