/**
 * Reads .npy bytes: little-endian float32 or uint8, C order, widened to float32.
 * A newcomer would view the data in place: its offset is aligned to 16 or 64, but a Buffer of
 * node:fs may start anywhere, so it is copied.
 */

/** The numbers of a file and its shape, outermost first. */
export interface NpyArray {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

interface NpyHeader {
  readonly descr: string;
  readonly shape: readonly number[];
  readonly dataOffset: number;
}

// Byte 0x93 then "NUMPY", the first six bytes of every .npy file.
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

function parseHeader(bytes: Uint8Array): NpyHeader {
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw new Error('npy: bad magic');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Version 1 has a header length of 2 bytes, later ones of 4.
  const textOffset = bytes[6] === 1 ? 10 : 12;
  const textLength = bytes[6] === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataOffset = textOffset + textLength;
  const text = new TextDecoder().decode(bytes.subarray(textOffset, dataOffset));
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const shape = /'shape':\s*\(([^)]*)\)/.exec(text)?.[1];
  if (descr === undefined || shape === undefined)
    throw new Error(`npy: cannot read header ${text}`);
  if (!/'fortran_order':\s*False/.test(text)) throw new Error('npy: only C order is read');
  const lengths = shape.split(',').filter((part) => part.trim() !== '');
  return { descr, shape: lengths.map(Number), dataOffset };
}

/**
 * Parses a whole file. Throws Error on another type, order or a length that does not fit the shape.
 */
export function parseNpy(bytes: Uint8Array): NpyArray {
  const { descr, shape, dataOffset } = parseHeader(bytes);
  const length = shape.reduce((product, part) => product * part, 1);
  const body = bytes.subarray(dataOffset);
  const width = descr === '<f4' ? 4 : 1;
  if (descr !== '<f4' && descr !== '|u1') throw new Error(`npy: type ${descr} is not read`);
  if (body.length !== length * width) {
    throw new Error(`npy: ${body.length} bytes of data, the shape needs ${length * width}`);
  }
  if (descr === '|u1') return { data: Float32Array.from(body), shape };
  // Not body.slice(): that of a Buffer is a view of the whole file and no copy.
  return { data: new Float32Array(new Uint8Array(body).buffer), shape };
}
