// CRC-32 as in zlib: Node's own where there is one (several GB/s), else a table.

interface Zlib {
  crc32?(data: Uint8Array, value?: number): number;
}

const table = new Int32Array(256);

function fillTable(): void {
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    table[i] = crc;
  }
}

/** CRC-32 of `data`, continuing from `value`; the slow way, exported for its test. */
export function crc32ByTable(data: Uint8Array, value = 0): number {
  if (table[1] === 0) fillTable();
  let crc = ~value;
  for (let i = 0; i < data.length; i++) crc = table[(crc ^ data[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const process = (globalThis as { process?: { getBuiltinModule?(id: string): unknown } }).process;
const zlib = process?.getBuiltinModule?.('node:zlib') as Zlib | undefined;

/** CRC-32 of `data`, continuing from `value`. */
export const crc32: (data: Uint8Array, value?: number) => number = zlib?.crc32 ?? crc32ByTable;
