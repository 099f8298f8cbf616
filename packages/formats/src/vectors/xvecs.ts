// .fvecs, .bvecs and .ivecs: every row carries its own dimension in front, and all must agree.
//
//   | dimension i32 | components | dimension i32 | components | ...
//
// There is no count: it is the length of the file divided by the length of the first row.

import { FormatError, FormatErrorCode } from '../errors.ts';
import type { OpenedFile } from '../opened-file.ts';
import { readExactly } from '../positioned-read.ts';
import { type ComponentType, componentByteLength, decoders } from './component.ts';
import { checkLayout, checkRows, checkTarget, readStart } from './shape.ts';
import { BLOCK_BYTE_LENGTH, type FormatOpener, type VectorFile } from './vector-file.ts';

const ROW_HEADER_BYTE_LENGTH = 4;

export const openFvecs: FormatOpener = (file) => openXvecs(file, 'fvecs', 'f32');
export const openBvecs: FormatOpener = (file) => openXvecs(file, 'bvecs', 'u8');
export const openIvecs: FormatOpener = (file) => openXvecs(file, 'ivecs', 'i32');

async function openXvecs(
  file: OpenedFile,
  format: string,
  componentType: ComponentType,
): Promise<VectorFile> {
  const dimension = await readFirstDimension(file, format);
  const rowByteLength = ROW_HEADER_BYTE_LENGTH + dimension * componentByteLength[componentType];
  checkRowByteLength(file, dimension, rowByteLength);
  const count = Math.ceil(file.byteLength / rowByteLength);
  checkLayout(file, { count, dimension, dataOffset: 0, rowByteLength });
  const readBlock = blockReader(file, componentType, dimension);
  return {
    path: file.path,
    format,
    componentType,
    count,
    dimension,
    async read(target, firstRow, rowCount) {
      checkRows(file.path, count, firstRow, rowCount);
      checkTarget(target, rowCount, dimension);
      const rowsPerBlock = Math.floor(BLOCK_BYTE_LENGTH / rowByteLength);
      for (let done = 0; done < rowCount; done += rowsPerBlock) {
        const rows = Math.min(rowsPerBlock, rowCount - done);
        const part = target.subarray(done * dimension, (done + rows) * dimension);
        await readBlock(part, firstRow + done);
      }
    },
    close: () => file.handle.close(),
  };
}

async function readFirstDimension(file: OpenedFile, format: string): Promise<number> {
  const start = await readStart(file, ROW_HEADER_BYTE_LENGTH, `.${format} row`);
  const dimension = start.getInt32(0, true);
  if (dimension >= 1) return dimension;
  throw new FormatError({
    code: FormatErrorCode.formatDamaged,
    path: file.path,
    problem: 'the first row has an impossible dimension',
    offset: 0,
    expected: 'at least 1',
    got: dimension,
  });
}

/** A first header that is garbage is nearly always a huge number: say so instead of "cut short". */
function checkRowByteLength(file: OpenedFile, dimension: number, rowByteLength: number): void {
  if (rowByteLength <= Math.min(BLOCK_BYTE_LENGTH, file.byteLength)) return;
  throw new FormatError({
    code: FormatErrorCode.formatDamaged,
    path: file.path,
    problem: `the first row says that it has ${dimension} components`,
    offset: 0,
    expected: `a row of at most ${Math.min(BLOCK_BYTE_LENGTH, file.byteLength)} bytes`,
    got: `${rowByteLength} bytes`,
  });
}

/** Reads whole rows into a block, checks the dimension in front of each, converts the rest. */
function blockReader(
  file: OpenedFile,
  componentType: ComponentType,
  dimension: number,
): (target: Float32Array, firstRow: number) => Promise<void> {
  const decode = decoders[componentType];
  const rowByteLength = ROW_HEADER_BYTE_LENGTH + dimension * componentByteLength[componentType];
  let block: ArrayBuffer | undefined;
  return async (target, firstRow) => {
    block ??= new ArrayBuffer(Math.min(BLOCK_BYTE_LENGTH, file.byteLength));
    const rowCount = target.length / dimension;
    await readExactly(
      file,
      new Uint8Array(block, 0, rowCount * rowByteLength),
      firstRow * rowByteLength,
    );
    const view = new DataView(block);
    for (let row = 0; row < rowCount; row++) {
      const got = view.getInt32(row * rowByteLength, true);
      if (got !== dimension)
        throw unequalRow(file, firstRow + row, { rowByteLength, dimension, got });
      const components = target.subarray(row * dimension, (row + 1) * dimension);
      decode(block, row * rowByteLength + ROW_HEADER_BYTE_LENGTH, components);
    }
  };
}

function unequalRow(
  file: OpenedFile,
  row: number,
  found: { rowByteLength: number; dimension: number; got: number },
): FormatError {
  return new FormatError({
    code: FormatErrorCode.formatDamaged,
    path: file.path,
    problem: `row ${row} has another dimension than row 0`,
    offset: row * found.rowByteLength,
    expected: found.dimension,
    got: found.got,
  });
}
