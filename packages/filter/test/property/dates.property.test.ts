// Dates as text: what Date writes is read back, and what both take for ISO 8601 is the same time.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timeOf, timeOfText } from '../../src/dates.ts';

const time = fc.oneof(
  fc.integer({ min: -8.64e15, max: 8.64e15 }),
  fc.integer({ min: -1e14, max: 1e14 }),
  fc.constantFrom(-8.64e15, 8.64e15, 0, -1, -62_167_219_200_000),
);

test('every time that a Date can have is read back from its text', () => {
  fc.assert(
    fc.property(time, (value) => {
      const date = new Date(value);
      expect(timeOfText(date.toISOString())).toBe(value);
      expect(timeOf(date)).toBe(value);
    }),
    { numRuns: 2000 },
  );
});

test('days, fractions and offsets are read as Date.parse reads them', () => {
  const two = (max: number): fc.Arbitrary<string> =>
    fc.nat({ max }).map((value) => `${value}`.padStart(2, '0'));
  const day = fc
    .tuple(
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 28 }),
    )
    .map(([y, m, d]) =>
      [`${y}`.padStart(4, '0'), `${m}`.padStart(2, '0'), `${d}`.padStart(2, '0')].join('-'),
    );
  const seconds = fc.oneof(
    fc.constant(''),
    two(59).map((s) => `:${s}`),
  );
  const fraction = fc.oneof(
    fc.constant(''),
    fc.nat({ max: 999_999 }).map((f) => `.${f}`),
  );
  const zone = fc.oneof(
    fc.constant('Z'),
    fc.tuple(fc.constantFrom('+', '-'), two(23), two(59)).map(([sign, h, m]) => `${sign}${h}:${m}`),
  );
  fc.assert(
    fc.property(day, two(23), two(59), fc.tuple(seconds, fraction, zone), (date, h, m, rest) => {
      const [second, part, offset] = rest;
      const text = `${date}T${h}:${m}${second}${second === '' ? '' : part}${offset}`;
      expect(timeOfText(text)).toBe(Date.parse(text));
      expect(timeOfText(date)).toBe(Date.parse(date));
    }),
    { numRuns: 2000 },
  );
});

test('what is not ISO 8601 is no time, whatever it looks like', () => {
  const near = fc.stringMatching(/^[-+0-9TZ:. ]{0,26}$/);
  fc.assert(
    fc.property(fc.oneof(near, fc.string()), (text) => {
      const read = timeOfText(text);
      expect(Number.isNaN(read) || read === Date.parse(text)).toBe(true);
    }),
    { numRuns: 5000 },
  );
});
