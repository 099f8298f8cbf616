// Writes vector files byte by byte for the tests of the readers, right or damaged. Written from the
// descriptions of the formats and not from the readers, so that both cannot be wrong the same way.

import type { FormatFault } from '../../../src/errors.ts';
import { openVectorFile } from '../../../src/vectors/open-vector-file.ts';
import { faultOf as faultOfWork } from '../../support/rows.ts';

type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

export function bytesOf(numbers: Numbers): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

export function concatenate(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export interface NpyParts {
  version?: number;
  /** The dictionary, without padding. */
  header: string;
  data: Uint8Array;
}

/** A .npy file as numpy writes it: the header padded with blanks to a multiple of 64 bytes. */
export function npyBytes({ version = 1, header, data }: NpyParts): Uint8Array {
  const lengthBytes = version === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  const padded = header.padEnd(Math.ceil((start + header.length + 1) / 64) * 64 - start - 1);
  const text = new TextEncoder().encode(`${padded}\n`);
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntLE(text.length, 0, lengthBytes);
  const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0);
  return concatenate(magic, length, text, data);
}

export function npyDictionary(descr: string, shape: string, fortran = 'False'): string {
  return `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
}

/** .fvecs, .bvecs or .ivecs, by the type of the rows. */
export function xvecsBytes(rows: readonly Numbers[]): Uint8Array {
  return concatenate(...rows.flatMap((row) => [bytesOf(Int32Array.of(row.length)), bytesOf(row)]));
}

export function binBytes(count: number, dimension: number, data: Numbers): Uint8Array {
  return concatenate(bytesOf(Uint32Array.of(count, dimension)), bytesOf(data));
}

/** All rows of a file, through one read into shared memory as an index would ask for. */
export async function readAll(path: string): Promise<{ rows: number[]; shape: [number, number] }> {
  const file = await openVectorFile(path);
  const { count, dimension } = file;
  const shared = new Float32Array(new SharedArrayBuffer(4 * count * dimension));
  await file.read(shared, 0, count);
  await file.close();
  return { rows: [...shared], shape: [count, dimension] };
}

/** The error that opening, or reading the whole file, gives. */
export function faultOf(path: string): Promise<FormatFault & { message: string }> {
  return faultOfWork(readAll(path));
}
