// Which text is a date, and which is not.

import { expect, test } from 'vitest';
import { timeOf, timeOfText } from '../../src/dates.ts';

test('dates, and dates with time and zone, are read', () => {
  expect(timeOfText('1970-01-01')).toBe(0);
  expect(timeOfText('2020-01-01')).toBe(Date.UTC(2020, 0, 1));
  expect(timeOfText('2000-02-29')).toBe(Date.UTC(2000, 1, 29));
  expect(timeOfText('2020-01-01T12:30Z')).toBe(Date.UTC(2020, 0, 1, 12, 30));
  expect(timeOfText('2020-01-01T12:30:15.2509+02:00')).toBe(Date.UTC(2020, 0, 1, 10, 30, 15, 250));
  expect(timeOfText('2020-01-01T24:00:00Z')).toBe(Date.UTC(2020, 0, 2));
  expect(timeOfText('-000001-12-31T00:00Z')).toBe(Date.parse('-000001-12-31T00:00Z'));
  expect(timeOfText('+275760-09-13')).toBe(8.64e15);
});

test.each([
  ...['', 'x', '2020', '2020-01', '2020-1-1', '2020/01/01', '01-01-2020', ' 2020-01-01'],
  ...['2020-00-10', '2020-13-10', '2020-01-00', '2020-01-32', '2021-02-29', '1900-02-29'],
  ...['2020-04-31', '2020-06-31', '2020-09-31', '2020-11-31', '2020-02-30'],
  ...['2020-01-01T12:30', '2020-01-01T12Z', '2020-01-01 12:30Z', '2020-01-01t12:30z'],
  ...['2020-01-01T25:00Z', '2020-01-01T24:01Z', '2020-01-01T12:60Z', '2020-01-01T12:30:60Z'],
  ...['2020-01-01T12:30:15.Z', '2020-01-01T12:30:15,5Z', '2020-01-01T12:30:15.5xZ'],
  ...['2020-01-01T12:30+0200', '2020-01-01T12:30+02', '2020-01-01T12:30+24:00'],
  ...['2020-01-01T12:30+02:60', '2020-01-01T12:30ZZ', '2020-01-01Z', '2020-01-01T', 'now'],
  ...['-000000-01-01', '+275760-09-14', '+275760-09-13T00:00-00:01', '2020-01-01\n'],
])('%j is no date', (text) => {
  expect(timeOfText(text)).toBeNaN();
});

test('of Date objects the time of their own is taken, of other objects none', () => {
  class Later extends Date {
    override getTime(): number {
      throw new Error('asked');
    }
    override valueOf(): number {
      return 5;
    }
  }
  expect(timeOf(new Later(7))).toBe(7);
  const fakes = [{}, Object.create(Date.prototype), new Proxy(new Date(0), {}), [], () => 0];
  for (const fake of [...fakes, 5, 5n, null, undefined, true, Symbol('x'), new Date(Number.NaN)]) {
    expect(timeOf(fake)).toBeNaN();
  }
});
