// Files with changed bytes and forged numbers give rows or an error of ours: nothing else is
// thrown, and what is made of them stays small.
import { readFileSync } from 'node:fs';
import * as flechette from '@uwdata/flechette';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FormatError } from '../../../src/index.ts';
import { arrowBytes } from '../../support/arrow.ts';
import { readRows } from '../../support/rows.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';

const write = temporaryFiles();

const columns = {
  id: { type: flechette.int64(), values: [1, 2, null, 4] },
  name: { type: flechette.utf8(), values: ['a', 'bc', null, 'def'] },
  kind: { type: flechette.dictionary(flechette.utf8()), values: ['x', 'y', 'x', null] },
  list: { type: flechette.list(flechette.utf8()), values: [['a'], [], ['b', 'c'], null] },
  v: {
    type: flechette.fixedSizeList(flechette.float32(), 2),
    values: [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ],
  },
  s: {
    type: flechette.struct({ a: flechette.bool(), t: flechette.timestamp(1) }),
    values: [{ a: true, t: 0 }, { a: false, t: 1 }, null, { a: null, t: null }],
  },
};

const fixture = (name: string): Uint8Array =>
  readFileSync(new URL(`../../fixtures/${name}.parquet`, import.meta.url));

const originals: [string, Uint8Array][] = [
  ['first.parquet', fixture('first')],
  ['second.parquet', fixture('second')],
  ['a.arrow', arrowBytes(columns, { batchRows: 2 })],
  ['b.arrow', arrowBytes(columns, { batchRows: 2, format: 'file' })],
];

/** Numbers that lengths and positions are forged to. */
const forged = fc.constantFrom(0, 1, -1, 255, 65_536, 2 ** 28, 2 ** 30, 2 ** 31 - 1, -(2 ** 31));
const changes = fc.array(fc.tuple(fc.nat(), fc.option(forged, { nil: undefined }), fc.nat(255)), {
  minLength: 1,
  maxLength: 3,
});

test.each(originals)(
  '%s, changed anywhere, gives rows or an error of ours',
  async (name, bytes) => {
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(changes, async (places) => {
        const copy = Buffer.from(bytes);
        for (const [place, number, byte] of places) {
          const at = place % (copy.length - 4);
          if (number === undefined) copy[at] = byte;
          else copy.writeInt32LE(number, at);
        }
        const rows = readRows(await write(name, copy));
        const outcome = await rows.then(
          (read) => {
            JSON.stringify(read);
            return 'rows';
          },
          (error: unknown) => error,
        );
        expect(outcome === 'rows' || outcome instanceof FormatError, String(outcome)).toBe(true);
        outcomes.add(outcome instanceof FormatError ? outcome.code : 'rows');
      }),
      { numRuns: 300 },
    );
    expect(outcomes).toContain('rows');
    expect(outcomes).toContain('FORMAT_DAMAGED');
  },
);
