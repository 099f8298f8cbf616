// Forged snapshots: taken apart, changed and sealed with right checksums, as somebody would who
// wants to mislead the reader. The layout is written down here once more, from the description of
// the format and not from its code, so that a slip there does not hide itself.

import { crc32 } from 'node:zlib';

/** A table whose fields may be anything. */
export type Table = Record<string, unknown>;

/** A region's entry and bytes. */
export interface ForgedRegion {
  readonly entry: Table;
  bytes: Uint8Array;
}

/** A snapshot taken apart. */
export interface Forgery {
  readonly table: Table;
  /** Per segment, by name. */
  readonly regions: Record<string, ForgedRegion>[];
}

const PREFIX_BYTES = 24;

/** What may be changed: region bytes and counts first, then anything in the sealed table. */
export interface Changes {
  /** Changes bytes of regions, or replaces them; lengths, offsets and checksums follow. */
  readonly regions?: (regions: Record<string, ForgedRegion>[], table: Table) => void;
  /** Changes the finished table: what it says is sealed as it stands. */
  readonly table?: (table: Table) => void;
}

/** The parts of a sound snapshot, as copies. */
export function takeApart(bytes: Uint8Array): Forgery {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = PREFIX_BYTES + view.getUint32(12, true);
  const table = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, end))) as Table;
  const regions = segmentsOf(table).map((segment) =>
    Object.fromEntries(
      (segment.regions as Table[]).map((entry) => {
        const start = entry.byteOffset as number;
        return [
          entry.name as string,
          {
            entry,
            bytes: new Uint8Array(bytes.slice(start, start + (entry.byteLength as number))),
          },
        ];
      }),
    ),
  );
  return { table, regions };
}

/** The segments of a table. */
export function segmentsOf(table: Table): Table[] {
  return table.segments as Table[];
}

/** The entry of a region of a table. */
export function entryOf(table: Table, name: string, segment = 0): Table {
  const entries = segmentsOf(table)[segment]!.regions as Table[];
  return entries.find((entry) => entry.name === name)!;
}

/** A region as 32-bit words, to be changed in place. */
export function words(region: ForgedRegion): Int32Array {
  return new Int32Array(region.bytes.buffer);
}

/** A region as floats, to be changed in place. */
export function floats(region: ForgedRegion): Float32Array {
  return new Float32Array(region.bytes.buffer);
}

/** A file of this table text and body, with right checksums. */
export function sealText(text: Uint8Array, body: Uint8Array, version = 4): Uint8Array {
  const bytes = new Uint8Array(PREFIX_BYTES + text.length + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('NIGHINDX'));
  view.setUint32(8, version, true);
  view.setUint32(12, text.length, true);
  view.setUint32(16, crc32(text), true);
  bytes.set(text, PREFIX_BYTES);
  bytes.set(body, PREFIX_BYTES + text.length);
  return sealPrefix(bytes);
}

/** Makes the checksum of the first bytes right, in place. */
export function sealPrefix(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(20, crc32(bytes.subarray(0, 20)), true);
  return bytes;
}

/** JSON in which the text '@1e999@' becomes the number 1e999, which JSON.stringify cannot write. */
export function encodeTable(table: Table): Uint8Array {
  const text = JSON.stringify(table).replaceAll(/"@([^"]*)@"/g, '$1');
  return new TextEncoder().encode(text);
}

/** Makes every entry say what its region is; offsets count from `start`. */
function fitted({ table, regions }: Forgery, start: number): Table {
  const result = structuredClone(table);
  let byteOffset = start;
  segmentsOf(result).forEach((segment, i) => {
    for (const entry of (segment.regions ?? []) as Table[]) {
      const region = regions[i]?.[entry.name as string];
      if (!region) continue;
      const byteLength = region.bytes.length;
      Object.assign(entry, { byteOffset, byteLength, crc32: crc32(region.bytes) });
      byteOffset += byteLength;
    }
  });
  return result;
}

/** All regions one after another. */
export function bodyOf({ regions }: Forgery): Uint8Array {
  return new Uint8Array(
    Buffer.concat(regions.flatMap((parts) => Object.values(parts).map(({ bytes }) => bytes))),
  );
}

/** `bytes` with changes and right checksums. Without changes it is `bytes` again. */
export function forge(bytes: Uint8Array, changes: Changes): Uint8Array {
  const forgery = takeApart(bytes);
  changes.regions?.(forgery.regions, forgery.table);
  // The offsets lengthen the table, which moves them: repeat until it stands.
  for (let start = 0; ; ) {
    const table = fitted(forgery, start);
    changes.table?.(table);
    const text = encodeTable(table);
    if (PREFIX_BYTES + text.length === start) return sealText(text, bodyOf(forgery));
    start = PREFIX_BYTES + text.length;
  }
}
