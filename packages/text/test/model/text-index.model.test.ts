// Any sequence of operations against a map of texts and the formula as it is written.
import { hasBit } from '@nigh/base';
import { Random } from '@nigh/testkit';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { readTextOptions, TextIndex, tokenize } from '../../src/index.ts';
import { type NaiveRows, naiveScores } from '../naive.ts';

const OPTIONS = readTextOptions({
  fields: [{ name: 'a', weight: 2 }, 'b', { name: 'c', weight: 0.3 }],
  language: 'english',
  stopWords: ['the'],
});
const WORDS = ['film', 'films', 'the', 'dog', "dog's", 'été', '東京', 'x', 'y', 'z', 'running'];
const terms = new Map<string, string[]>();

beforeAll(async () => {
  for (const word of WORDS) terms.set(word, await tokenize(word, { stopWords: ['the'] }));
});

const termsOf = (text: string): string[] =>
  text.split(' ').flatMap((word) => terms.get(word) ?? []);

const text = fc.array(fc.constantFrom(...WORDS), { maxLength: 6 }).map((list) => list.join(' '));
const row = fc.oneof(
  { weight: 9, arbitrary: fc.nat({ max: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(1023, 1024, 70_000) },
);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      row,
      texts: fc.tuple(text, text, text),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), row }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reload' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('search' as const),
      query: text,
      k: fc.integer({ min: 1, max: 15 }),
      accept: fc.option(fc.uint32Array({ maxLength: 2 }), { nil: undefined }),
    }),
  },
);
type Search = { query: string; k: number; accept: Uint32Array | undefined };

/** What is wrong with the answer to one query; nothing where it is as the formula has it. */
function wrongWith(index: TextIndex, rows: NaiveRows, { query, k, accept }: Search): string[] {
  const scores = naiveScores(rows, termsOf(query), OPTIONS);
  const accepted = [...scores].filter(([at]) => accept === undefined || hasBit(accept, at));
  const found = index.search(query, k, accept === undefined ? {} : { accept });
  const problems: string[] = [];
  if (found.rows.length !== Math.min(k, accepted.length)) problems.push('count');
  const own = index.score(query, found.rows);
  for (const [i, at] of found.rows.entries()) {
    const expected = scores.get(at) ?? Number.NaN;
    if (!(Math.abs(found.scores[i]! - expected) <= 1e-12 * expected))
      problems.push(`score of ${at}`);
    if (own[i] !== found.scores[i]) problems.push(`score(${at}) is not what search gives`);
    if (accept !== undefined && !hasBit(accept, at)) problems.push(`${at} is not accepted`);
    const isAfter =
      i === 0 ||
      found.scores[i - 1]! > found.scores[i]! ||
      (found.scores[i - 1] === found.scores[i] && found.rows[i - 1]! < at);
    if (!isAfter) problems.push(`${at} is out of order`);
  }
  const least = found.scores.at(-1) ?? Number.POSITIVE_INFINITY;
  const left = accepted.filter(([at]) => !found.rows.includes(at));
  if (left.some(([, score]) => score > least * (1 + 1e-12)))
    problems.push('a better row is left out');
  const all = [...rows.keys(), 999_999];
  for (const [i, score] of index.score(query, all).entries()) {
    const expected = scores.get(all[i]!) ?? 0;
    if (!(Math.abs(score - expected) <= 1e-12 * expected)) problems.push(`score(${all[i]})`);
  }
  return problems;
}

test('an index agrees with the formula after any adds, removals and reloads', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      let index = await TextIndex.create(OPTIONS);
      const rows = new Map<number, string[][]>();
      for (const next of steps) {
        if (next.kind === 'add') {
          index.add(next.row, next.texts);
          rows.delete(next.row);
          rows.set(next.row, next.texts.map(termsOf));
        } else if (next.kind === 'remove') {
          index.remove(next.row);
          rows.delete(next.row);
        } else if (next.kind === 'reload') {
          index = await TextIndex.load(index.images(), OPTIONS);
        } else expect(wrongWith(index, rows, next)).toEqual([]);
        expect(index.count).toBe(rows.size);
      }
      for (let at = 0; at <= 13; at++) expect(index.has(at)).toBe(rows.has(at));
      expect(index.verify()).toEqual([]);
      expect(wrongWith(index, rows, { query: WORDS.join(' '), k: 20, accept: undefined })).toEqual(
        [],
      );
    }),
    { numRuns: 300 },
  );
});

test('scores have the same bits before and after a merge, and after a reload', async () => {
  const index = await TextIndex.create(OPTIONS);
  for (let i = 0; i < 40; i++) {
    const texts = [0, 1, 2].map(
      (field) => `film dog x ${WORDS[(i * (field + 3)) % WORDS.length]} x`,
    );
    index.add((i * 7) % 40, texts);
  }
  for (let i = 0; i < 40; i += 5) index.remove(i);
  const before = index.search('films x running', 40);
  const loaded = await TextIndex.load(index.images(), OPTIONS);
  expect(before.rows).toHaveLength(32);
  expect(index.search('films x running', 40)).toEqual(before);
  expect(loaded.search('films x running', 40)).toEqual(before);
});

test('an index that merges by itself agrees with the formula', async () => {
  const index = await TextIndex.create(OPTIONS);
  const rows = new Map<number, string[][]>();
  const random = new Random(1);
  const next = (limit: number): number => Math.floor(random.uniform() * limit);
  for (let i = 0; i < 9000; i++) {
    const at = next(2000);
    const texts = [0, 1, 2].map(() => [next(11), next(11)].map((word) => WORDS[word]).join(' '));
    if (i % 3 === 2) {
      index.remove(at);
      rows.delete(at);
    } else {
      index.add(at, texts);
      rows.set(at, texts.map(termsOf));
    }
    if (i % 900 === 0) {
      const search = { query: `film ${WORDS[next(11)]} x`, k: 20, accept: undefined };
      expect(wrongWith(index, rows, search)).toEqual([]);
    }
  }
  for (const at of [...rows.keys()].slice(100)) {
    index.remove(at);
    rows.delete(at);
  }
  expect(wrongWith(index, rows, { query: 'film x z', k: 50, accept: undefined })).toEqual([]);
  expect(index.verify()).toEqual([]);
});
