// What pages of parquet are compressed with.

import { snappyUncompress } from 'hyparquet/src/snappy.js';

import { checkLength, gunzip, unbrotli, unzstd } from '../decompress.ts';
import { damaged, unsupported } from '../flaw.ts';
import { lz4Block } from '../lz4.ts';

type Decompress = (input: Uint8Array, length: number) => Uint8Array;

const codecs: Readonly<Record<string, Decompress>> = {
  UNCOMPRESSED: (input) => input,
  SNAPPY: unsnap,
  GZIP: gunzip,
  BROTLI: unbrotli,
  ZSTD: unzstd,
  LZ4_RAW: (input, length) => {
    checkLength(length);
    const output = new Uint8Array(length);
    if (lz4Block(input, output, 0) !== length) throw damaged('LZ4 data is shorter than it says');
    return output;
  },
};

/** A page's content, of exactly this length. */
export function decompress(codec: string, input: Uint8Array, length: number): Uint8Array {
  const decode = Object.hasOwn(codecs, codec) ? codecs[codec] : undefined;
  if (decode === undefined) throw unsupported(`it is compressed with ${codec}`);
  const output = decode(input, length);
  if (output.length !== length) throw damaged(`a page has ${output.length} bytes, not ${length}`);
  return output;
}

/** Snappy's shortest copy of 64 bytes takes 3: more cannot come out. */
const MOST_SNAPPY = 22;

function unsnap(input: Uint8Array, length: number): Uint8Array {
  checkLength(length);
  if (length > MOST_SNAPPY * input.length)
    throw damaged('a page says that it is longer than it is');
  const output = new Uint8Array(length);
  snappyUncompress(input, output);
  return output;
}
