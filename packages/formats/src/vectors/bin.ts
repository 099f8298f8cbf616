// .fbin, .u8bin and .i8bin: count and dimension as two unsigned 32-bit integers, then the rows.
//
//   | count u32 | dimension u32 | row 0 | row 1 | ...

import { FormatError, FormatErrorCode } from '../errors.ts';
import type { OpenedFile } from '../opened-file.ts';
import { readExactly } from '../positioned-read.ts';
import type { ComponentType } from './component.ts';
import { openContiguous } from './contiguous.ts';
import type { FormatOpener, VectorFile } from './vector-file.ts';

const HEADER_BYTE_LENGTH = 8;

export const openFbin: FormatOpener = (file) => openBin(file, 'fbin', 'f32');
export const openU8bin: FormatOpener = (file) => openBin(file, 'u8bin', 'u8');
export const openI8bin: FormatOpener = (file) => openBin(file, 'i8bin', 'i8');

async function openBin(
  file: OpenedFile,
  format: string,
  componentType: ComponentType,
): Promise<VectorFile> {
  if (file.byteLength < HEADER_BYTE_LENGTH) {
    throw new FormatError({
      code: FormatErrorCode.formatDamaged,
      path: file.path,
      problem: `the file is too short for a .${format} header`,
      offset: 0,
      expected: `at least ${HEADER_BYTE_LENGTH} bytes`,
      got: `${file.byteLength} bytes`,
    });
  }
  const bytes = new Uint8Array(HEADER_BYTE_LENGTH);
  await readExactly(file, bytes, 0);
  const view = new DataView(bytes.buffer);
  const count = view.getUint32(0, true);
  const dimension = view.getUint32(4, true);
  const dataOffset = HEADER_BYTE_LENGTH;
  return openContiguous(file, { format, componentType, count, dimension, dataOffset });
}
