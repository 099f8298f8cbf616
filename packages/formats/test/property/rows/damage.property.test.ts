// Files with changed bytes and forged numbers give rows or an error of ours: nothing else is
// thrown, and what is made of them stays small.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FormatError } from '../../../src/index.ts';
import { arrowBytes, SOME_COLUMNS } from '../../support/arrow.ts';
import { readRows } from '../../support/rows.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';

const write = temporaryFiles();

const fixture = (name: string): Uint8Array =>
  readFileSync(new URL(`../../fixtures/${name}.parquet`, import.meta.url));

const originals: [string, Uint8Array][] = [
  ['first.parquet', fixture('first')],
  ['second.parquet', fixture('second')],
  ['a.arrow', arrowBytes(SOME_COLUMNS, { batchRows: 2 })],
  ['b.arrow', arrowBytes(SOME_COLUMNS, { batchRows: 2, format: 'file' })],
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
