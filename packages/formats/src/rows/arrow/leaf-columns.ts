// Columns without parts: numbers, times, texts. Each from its buffers, whose lengths are checked,
// to a function from row to value.

import { decoders } from '../../vectors/component.ts';
import { damaged } from '../flaw.ts';
import { dateOf, dateOfUnits, decimalOf, safeInteger } from '../numbers.ts';
import type { BufferReader } from './buffers.ts';
import type { Column, Getter } from './column.ts';
import type { DataType } from './schema.ts';
import { TypeId } from './type-id.ts';

const VIEW_BYTES = 16;
const SHORT_TEXT = 12;
/** Texts of views may overlap; together they stay within this and twice the buffers. */
const MOST_VIEWED_BYTES: number = 64 * 2 ** 20;

export function readIntegers(type: DataType, length: number, buffers: BufferReader): Column {
  const values = buffers.array(type.integers, length);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    return { length, hasBytes: true, get: (i) => safeInteger(values[i] as bigint) };
  }
  return { length, hasBytes: true, get: (i) => values[i] };
}

export function readFloats(type: DataType, length: number, buffers: BufferReader): Column {
  const floats = readFloatArray(type.precision, length, buffers);
  return { length, hasBytes: true, floats, get: (i) => floats[i] };
}

function readFloatArray(
  precision: number,
  length: number,
  buffers: BufferReader,
): Float32Array | Float64Array {
  if (precision === 2) return buffers.array(Float64Array, length);
  if (precision === 1) return buffers.array(Float32Array, length);
  const halves = buffers.array(Uint16Array, length);
  const floats = new Float32Array(length);
  decoders.f16(halves.slice().buffer, 0, floats);
  return floats;
}

export function readBooleans(length: number, buffers: BufferReader): Column {
  const bits = buffers.array(Uint8Array, Math.ceil(length / 8));
  const get: Getter = (i) => (((bits[Math.floor(i / 8)] as number) >>> (i % 8)) & 1) === 1;
  return { length, hasBytes: true, get };
}

export function readDecimals(type: DataType, length: number, buffers: BufferReader): Column {
  const { bitWidth, scale } = type;
  if (bitWidth === 32) {
    const values = buffers.array(Int32Array, length);
    return { length, hasBytes: true, get: (i) => decimalOf(BigInt(values[i] as number), scale) };
  }
  const words = bitWidth / 64;
  const values = buffers.array(BigUint64Array, length * words);
  const get: Getter = (i) => {
    let unscaled = 0n;
    for (let word = words - 1; word >= 0; word--) {
      unscaled = (unscaled << 64n) | (values[i * words + word] as bigint);
    }
    return decimalOf(BigInt.asIntN(bitWidth, unscaled), scale);
  };
  return { length, hasBytes: true, get };
}

export function readTimes(type: DataType, length: number, buffers: BufferReader): Column {
  if (type.typeId === TypeId.date && type.unit === 0) {
    const days = buffers.array(Int32Array, length);
    return { length, hasBytes: true, get: (i) => dateOf((days[i] as number) * 86_400_000) };
  }
  // Dates are in milliseconds, as times of unit 1.
  const unit = type.typeId === TypeId.date ? 1 : type.unit;
  const values = buffers.array(BigInt64Array, length);
  return { length, hasBytes: true, get: (i) => dateOfUnits(values[i] as bigint, unit) };
}

/** Ascending positions of `length` parts in something of `end` elements. */
export function readOffsets(
  isLarge: boolean,
  length: number,
  buffers: BufferReader,
): Int32Array | Float64Array {
  if (length === 0) {
    buffers.pass(1);
    return new Int32Array(1);
  }
  const offsets = isLarge
    ? Float64Array.from(buffers.array(BigInt64Array, length + 1), Number)
    : buffers.array(Int32Array, length + 1);
  for (let i = 0; i < length; i++) {
    if ((offsets[i + 1] as number) < (offsets[i] as number)) throw damaged('its offsets descend');
  }
  if ((offsets[0] as number) < 0) throw damaged('its offsets begin below 0');
  return offsets;
}

export function readTexts(isLarge: boolean, length: number, buffers: BufferReader): Column {
  const offsets = readOffsets(isLarge, length, buffers);
  const bytes = buffers.bytes();
  if ((offsets[length] as number) > bytes.length) throw damaged('its text is cut short');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { length, hasBytes: true, get: (i) => text.toString('utf8', offsets[i], offsets[i + 1]) };
}

/** Texts of up to 12 bytes lie in their view, longer ones in one of the buffers behind. */
export function readViews(length: number, buffers: BufferReader): Column {
  const views = buffers.array(Uint8Array, length * VIEW_BYTES);
  const inline = Buffer.from(views.buffer, views.byteOffset, views.byteLength);
  const texts = Array.from({ length: buffers.variadic() }, () => {
    const bytes = buffers.bytes();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  });
  let left = MOST_VIEWED_BYTES + 2 * texts.reduce((sum, { length }) => sum + length, 0);
  for (let at = 0; at < inline.length; at += VIEW_BYTES) {
    const size = inline.readInt32LE(at);
    if (size <= SHORT_TEXT && size >= 0) continue;
    const start = inline.readInt32LE(at + 12);
    const text = texts[inline.readInt32LE(at + 8)];
    left -= size;
    // A view of a null may be anything, and is asked for by nobody.
    const isInside = text !== undefined && start >= 0 && size >= 0 && start + size <= text.length;
    if (!isInside || left < 0) throw damaged('a text is outside its buffers');
  }
  const get: Getter = (i) => {
    const at = i * VIEW_BYTES;
    const size = inline.readInt32LE(at);
    if (size <= SHORT_TEXT) return inline.toString('utf8', at + 4, at + 4 + size);
    const start = inline.readInt32LE(at + 12);
    return texts[inline.readInt32LE(at + 8)]?.toString('utf8', start, start + size);
  };
  return { length, hasBytes: true, get };
}
