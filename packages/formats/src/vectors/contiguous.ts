// Files whose rows lie one after the other with nothing between them (.npy and .fbin and kin).
// 32-bit floats go from the file into the caller's memory with no copy in between; other types are
// converted through one block of a megabyte, whatever the size of the file.

import type { OpenedFile } from '../opened-file.ts';
import { readExactly } from '../positioned-read.ts';
import { type ComponentType, componentByteLength, decoders } from './component.ts';
import { checkLayout, checkRows, checkTarget } from './shape.ts';
import { BLOCK_BYTE_LENGTH, type VectorFile } from './vector-file.ts';

/** What the header of such a file says. */
export interface ContiguousHeader {
  readonly format: string;
  readonly componentType: ComponentType;
  readonly count: number;
  readonly dimension: number;
  /** Byte at which the first row begins. */
  readonly dataOffset: number;
}

/** @throws FormatError when the header does not fit the length of the file. */
export function openContiguous(file: OpenedFile, header: ContiguousHeader): VectorFile {
  const { format, componentType, count, dimension, dataOffset } = header;
  const rowByteLength = dimension * componentByteLength[componentType];
  checkLayout(file, { count, dimension, dataOffset, rowByteLength });
  const readComponents = componentType === 'f32' ? readFloats : convertingReader(componentType);
  return {
    path: file.path,
    format,
    componentType,
    count,
    dimension,
    async read(target, firstRow, rowCount) {
      checkRows(file.path, count, firstRow, rowCount);
      checkTarget(target, rowCount, dimension);
      const rows = target.subarray(0, rowCount * dimension);
      await readComponents(file, rows, dataOffset + firstRow * rowByteLength);
    },
    close: () => file.handle.close(),
  };
}

type ComponentReader = (file: OpenedFile, target: Float32Array, offset: number) => Promise<void>;

function readFloats(file: OpenedFile, target: Float32Array, offset: number): Promise<void> {
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  return readExactly(file, bytes, offset);
}

function convertingReader(componentType: ComponentType): ComponentReader {
  const width = componentByteLength[componentType];
  const decode = decoders[componentType];
  let block: ArrayBuffer | undefined;
  return async (file, target, offset) => {
    const componentsPerBlock = BLOCK_BYTE_LENGTH / width;
    block ??= new ArrayBuffer(Math.min(BLOCK_BYTE_LENGTH, file.byteLength + width));
    for (let done = 0; done < target.length; done += componentsPerBlock) {
      const part = target.subarray(done, done + componentsPerBlock);
      const bytes = new Uint8Array(block, 0, part.length * width);
      await readExactly(file, bytes, offset + done * width);
      decode(block, 0, part);
    }
  };
}
