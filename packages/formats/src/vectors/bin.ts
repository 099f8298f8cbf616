// .fbin, .u8bin and .i8bin: count and dimension as two unsigned 32-bit integers, then the rows.
//
//   | count u32 | dimension u32 | row 0 | row 1 | ...

import type { OpenedFile } from '../opened-file.ts';
import type { ComponentType } from './component.ts';
import { openContiguous } from './contiguous.ts';
import { readStart } from './shape.ts';
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
  const view = await readStart(file, HEADER_BYTE_LENGTH, `.${format} header`);
  const count = view.getUint32(0, true);
  const dimension = view.getUint32(4, true);
  const dataOffset = HEADER_BYTE_LENGTH;
  return openContiguous(file, { format, componentType, count, dimension, dataOffset });
}
