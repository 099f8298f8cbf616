// .npy, the array file of numpy, versions 1 to 3:
//
//   | 0x93 N U M P Y | major u8 | minor u8 | header length u16 (v1) or u32 (v2, v3) | header | rows
//
// Only two-dimensional, row-ordered, little-endian arrays of plain numbers are vectors to us.

import { FormatError, FormatErrorCode } from '../errors.ts';
import type { OpenedFile } from '../opened-file.ts';
import { readExactly } from '../positioned-read.ts';
import { openContiguous } from './contiguous.ts';
import { parseNpyHeader } from './npy-header.ts';
import type { VectorFile } from './vector-file.ts';

/** The first bytes of every .npy file. */
const NPY_MAGIC: Uint8Array = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);

/** Longer than any header of a plain array (a few hundred bytes): what is larger is not one. */
const MAX_HEADER_BYTE_LENGTH = 64 * 1024;

/** @throws FormatError when the file is not a .npy file of vectors. */
export async function openNpy(file: OpenedFile): Promise<VectorFile> {
  const start = new Uint8Array(12);
  if (file.byteLength < start.byteLength) {
    throw damagedStart(file, `at least ${start.byteLength} bytes`, `${file.byteLength} bytes`);
  }
  await readExactly(file, start, 0);
  if (!NPY_MAGIC.every((byte, i) => start[i] === byte)) {
    throw damagedStart(file, '\\x93NUMPY as the first bytes', 'other bytes');
  }
  const { textOffset, dataOffset } = locateHeader(file, start);
  const text = new Uint8Array(dataOffset - textOffset);
  await readExactly(file, text, textOffset);
  const header = parseNpyHeader(file.path, new TextDecoder().decode(text));
  return openContiguous(file, { format: 'npy', ...header, dataOffset });
}

function locateHeader(
  file: OpenedFile,
  start: Uint8Array<ArrayBuffer>,
): { textOffset: number; dataOffset: number } {
  const view = new DataView(start.buffer);
  const version = view.getUint8(6);
  if (version < 1 || version > 3) {
    throw new FormatError({
      code: FormatErrorCode.formatUnsupported,
      path: file.path,
      problem: 'this version of the .npy format is not read',
      offset: 6,
      expected: 'version 1, 2 or 3',
      got: version,
    });
  }
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const textOffset = version === 1 ? 10 : 12;
  const dataOffset = textOffset + headerLength;
  if (headerLength > MAX_HEADER_BYTE_LENGTH || dataOffset > file.byteLength) {
    const most = Math.min(MAX_HEADER_BYTE_LENGTH, file.byteLength - textOffset);
    throw damagedStart(file, `a header of at most ${most} bytes`, `${headerLength} bytes`);
  }
  return { textOffset, dataOffset };
}

function damagedStart(file: OpenedFile, expected: string, got: string): FormatError {
  return new FormatError({
    code: FormatErrorCode.formatDamaged,
    path: file.path,
    problem: 'the file does not begin as a .npy file does',
    offset: 0,
    expected,
    got,
  });
}
