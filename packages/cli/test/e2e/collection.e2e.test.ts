// The commands on collections as people run them: import, query, stats, verify, compact, backup.
// Needs a build of all packages.

import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clusteredSource } from '@nigh/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OnStderr, type Outcome, runNigh } from './run-nigh.ts';

const COUNT = 3000;
const DIMENSION = 24;
const WORDS = ['heist', 'island', 'robot', 'wedding', 'desert', 'violin'];

let folder: string;
const at = (name: string): string => join(folder, name);

function nigh(args: readonly string[], onStderr?: OnStderr): Promise<Outcome> {
  return runNigh(folder, args, onStderr);
}

async function json(args: readonly string[]): Promise<Record<string, never>> {
  const { stdout } = await nigh([...args, '--json']);
  return JSON.parse(stdout);
}

async function writeVectors(name: string, count: number, dimension: number): Promise<Float32Array> {
  const vectors = new Float32Array(count * dimension);
  clusteredSource({ count, dimension, seed: 1, clusters: 20 }).fill(vectors);
  const header = new Uint8Array(Uint32Array.of(count, dimension).buffer);
  await writeFile(at(name), Buffer.concat([header, new Uint8Array(vectors.buffer)]));
  return vectors;
}

async function writeRows(name: string, rows: readonly object[]): Promise<void> {
  await writeFile(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** Film i has the year 1950 + i % 70 and the words of its text by i. */
function filmAt(id: number): object {
  const text = `${WORDS[id % 6]} and ${WORDS[(id + 1) % 6]}, number ${id}`;
  return { id, title: `Film ${id}`, year: 1950 + (id % 70), text };
}

const IMPORT = [
  ...['import', 'films', 'films.jsonl', '--vectors', 'films.fbin', '--metric', 'cosine'],
  ...['--field', 'year:number', '--field', 'title:string', '--search-text', 'title=2,text'],
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-cli-'));
  const vectors = await writeVectors('films.fbin', COUNT, DIMENSION);
  const films = Array.from({ length: COUNT }, (_, id) => filmAt(id));
  await writeRows('films.jsonl', films);
  const withVector = films.slice(0, 200).map((film, i) => ({
    ...film,
    place: Array.from(vectors.subarray(i * DIMENSION, (i + 1) * DIMENSION)),
  }));
  await writeRows('places.jsonl', withVector);
  await writeRows('bad.jsonl', [filmAt(1), { id: 2, title: 'Without a year', year: 'soon' }]);
  const { stdout, exitCode } = await nigh([...IMPORT, '--json']);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ command: 'import', collection: 'films', created: true, rows: COUNT, count: COUNT },
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('importing the same rows again replaces the documents', async () => {
  expect((await nigh(['backup', 'films', 'again'])).exitCode).toBe(0);
  const args = ['import', 'again', 'films.jsonl', '--vectors', 'films.fbin'];
  const { exitCode, stdout } = await nigh(args);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Imported into again\n/);
  expect(stdout).toMatch(/rows +3,000\n +documents +3,000 in the collection/);
});

test('a text is found by its words', async () => {
  const report = await json(['query', 'films', '--text', 'number 77', '-k', '3']);
  expect(report).toMatchObject({ command: 'query', k: 3, matching: COUNT });
  expect(report.hits[0]).toMatchObject({ key: 77, metadata: { title: 'Film 77' } });
});

test('a vector of a file finds its own document first, also when it is typed', async () => {
  const byFile = await json(['query', 'films', '--vectors', 'films.fbin', '--row', '7']);
  expect(byFile.hits[0]).toMatchObject({ key: 7 });
  const bytes = await readFile(at('films.fbin'));
  const row = new Float32Array(new Uint8Array(bytes).buffer, 8 + 4 * 7 * DIMENSION, DIMENSION);
  const typed = await json(['query', 'films', '--vector', row.join(',')]);
  expect(typed.hits).toEqual(byFile.hits);
});

test('what is like a document leaves that out', async () => {
  const { hits } = await json(['query', 'films', '--like', '7', '-k', '4']);
  const keys = (hits as { key: number }[]).map(({ key }) => key);
  expect(keys).toHaveLength(4);
  expect(keys).not.toContain(7);
});

test.each(['rrf', 'convex'])('text and vector together are filtered, by %s', async (fusion) => {
  const filter = '{"year":{"$gte":1990,"$lt":1995}}';
  const near = ['--vectors', 'films.fbin', '--row', '41', '--fusion', fusion];
  const args = ['query', 'films', '--text', 'violin', ...near, '--filter', filter];
  const report = await json(args);
  const hits = report.hits as { metadata: { year: number } }[];
  expect(hits).toHaveLength(10);
  expect(hits.every(({ metadata: { year } }) => year >= 1990 && year < 1995)).toBe(true);
  expect(report.matching).toBeLessThan(COUNT / 10);
});

test('a person gets a table, and nothing that steers a terminal', async () => {
  await writeRows('odd.jsonl', [{ key: 'a\u0007', title: 'the \u001b[31m red \u009b tape' }]);
  await nigh(['import', 'odd', 'odd.jsonl', '--search-text', 'title']);
  const { stdout, exitCode } = await nigh(['query', 'odd', '--text', 'red']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/score +text +key +metadata/);
  expect(stdout).toMatch(/1 among 1 document, [\d.]+ ms/);
  expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

test('vectors may be in a column, which gives the dimension', async () => {
  const args = ['import', 'places', 'places.jsonl', '--vector', 'place', '--metadata', 'year'];
  expect((await nigh(args)).exitCode).toBe(0);
  const { schema, stats } = await json(['stats', 'places']);
  expect(schema).toMatchObject({ vector: { dimension: DIMENSION, metric: 'l2' } });
  expect(stats).toMatchObject({ count: 200 });
  const { hits } = await json(['query', 'places', '--like', '3', '-k', '1']);
  expect(Object.keys((hits as { metadata: object }[])[0].metadata)).toEqual(['year']);
});

test('of a parquet file only the named columns are read, whatever the others are', async () => {
  const file = fileURLToPath(
    new URL('../../../formats/test/fixtures/third.parquet', import.meta.url),
  );
  const all = await nigh(['import', 'wide', file, '--json']);
  expect(JSON.parse(all.stdout).error.code).toBe('FORMAT_UNSUPPORTED');
  expect(await readdir(folder)).not.toContain('wide');
  const named = ['--key', 'id', '--metadata', 'genre,good'];
  expect((await nigh(['import', 'narrow', file, ...named])).exitCode).toBe(0);
  const { stats } = await json(['stats', 'narrow']);
  expect((stats as { count: number }).count).toBeGreaterThan(0);
});

test('stats tells what a collection is made of', async () => {
  const report = await json(['stats', 'films']);
  expect(report).toMatchObject({
    command: 'stats',
    schema: { vector: { dimension: DIMENSION }, fields: { year: 'number', title: 'string' } },
    stats: { count: COUNT, rows: COUNT, storage: { logRecords: 1 } },
  });
  const { stdout } = await nigh(['stats', 'films']);
  expect(stdout).toMatch(/vectors +24 components, cosine/);
  expect(stdout).toMatch(/text +title=2, text \(english\)/);
});

test('verify calls a good collection sound, and a damaged one not', async () => {
  const good = await nigh(['verify', 'films']);
  expect(good).toMatchObject({ exitCode: 0 });
  expect(good.stdout).toMatch(/^sound {2}films: 3,000 documents/);
  await nigh(['backup', 'films', 'broken']);
  const names = await readdir(at('broken'));
  const damaged = names.filter((name) => /^snapshot-/.test(name)).slice(0, 2);
  expect(damaged).toHaveLength(2);
  for (const name of damaged) await truncate(at(`broken/${name}`), 40);
  const { exitCode, stdout } = await nigh(['verify', 'broken', '--json']);
  expect(exitCode).toBe(1);
  const { sound, problems } = JSON.parse(stdout);
  expect([sound, problems.length]).toEqual([false, 2]); // all, not the first
  for (const [i, name] of damaged.entries()) expect(problems[i].message).toContain(name);
  const told = await nigh(['verify', 'broken']);
  expect(told.stdout).toMatch(/^broken {2}broken\n( {2}files: .*\n){2}hint: restore/);
});

test('what comes before the damage of a log is kept where --recover says so', async () => {
  const block = 4096; // rows of a write: three of them stay in the log, as the fourth fails
  const rows = Array.from({ length: 3 * block }, (_, id) => ({ id }));
  await writeRows('long.jsonl', [...rows, { id: null }]);
  expect((await nigh(['import', 'torn', 'long.jsonl'])).exitCode).toBe(1);
  const log = (await readdir(at('torn'))).find((name) => name.startsWith('log-')) ?? '';
  const bytes = await readFile(at(`torn/${log}`));
  const middle = bytes.length >>> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  for (const [name, args] of [
    ['torn-1', ['compact']],
    ['torn-2', ['backup', 'torn-3']],
  ] as const) {
    await cp(at('torn'), at(name), { recursive: true });
    await writeFile(at(`${name}/${log}`), bytes);
    const [command, ...others] = args;
    const refused = await nigh([command, name, ...others, '--json']);
    expect(JSON.parse(refused.stdout).error).toMatchObject({
      ...{ code: 'LOG_CORRUPT', hint: expect.stringContaining('--recover') },
    });
    expect(await json([command, name, ...others, '--recover'])).toMatchObject({ count: block });
    expect((await nigh(['verify', name])).exitCode).toBe(0);
  }
});

test('compact and backup keep every document', async () => {
  expect((await nigh(['backup', 'films', 'copy'])).stdout).toMatch(/Copied to copy.*3,000/);
  const { exitCode, stdout } = await nigh(['compact', 'copy']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/documents +3,000/);
  const [one, two] = await Promise.all(
    ['films', 'copy'].map((name) => json(['query', name, '--text', 'violin'])),
  );
  expect(two.hits).toEqual(one.hits);
});

test.each([
  ['nothing to find', ['query', 'films']],
  ['two things to be near to', ['query', 'films', '--like', '1', '--vector', '1,2']],
  ['a filter that is no JSON', ['query', 'films', '--text', 'a', '--filter', '{year: 1}']],
  ['a fusion there is not', ['query', 'films', '--text', 'a', '--fusion', 'sum']],
  ['a field without a type', ['import', 'new', 'films.jsonl', '--field', 'year']],
  ['vectors twice', ['import', 'new', 'films.jsonl', '--vectors', 'a.npy', '--vector', 'b']],
  ['another metric', ['import', 'films', 'films.jsonl', '--metric', 'l2']],
  ['another type of a field', ['import', 'films', 'films.jsonl', '--field', 'year:string']],
  ['a weight of nothing', ['query', 'films', '--text', 'a', '--weight', '0.5']],
  ['a weight above 1', ['query', 'films', '--text', 'a', '--like', '1', '--weight', '2']],
  ['exact and a width', ['query', 'films', '--like', '1', '--exact', '--ef-search', '9']],
  ['no place for a backup', ['backup', 'films']],
])('%s is bad usage', async (_, args) => {
  const { exitCode, stdout } = await nigh([...args, '--json']);
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout).error.code).toBe('USAGE');
});

test.each([
  ['a folder without a collection', ['stats', 'nowhere'], 'NO_SCHEMA', 1],
  ['a backup over something', ['backup', 'films', '.'], 'NOT_EMPTY', 1],
  ['a key nobody has', ['query', 'films', '--like', 'nobody'], 'KEY_NOT_FOUND', 1],
  ['a vector of another length', ['query', 'films', '--vector', '1,2'], 'DIMENSION_MISMATCH', 1],
  [
    'a field nobody declared',
    ['query', 'films', '--text', 'a', '--filter', '{"a":1}'],
    'UNKNOWN_FIELD',
    2,
  ],
  ['rows that are not there', ['import', 'new', 'none.jsonl'], 'FILE_NOT_FOUND', 1],
  ['rows of no known kind', ['import', 'new', 'films.fbin'], 'FORMAT_UNKNOWN', 1],
  [
    'a type there is not',
    ['import', 'new', 'films.jsonl', '--field', 'a:date2'],
    'INVALID_FIELDS',
    2,
  ],
])('%s fails in one readable line', async (_, args, code, exitCode) => {
  const outcome = await nigh(args);
  expect(outcome).toMatchObject({ exitCode, stdout: '' });
  expect(outcome.stderr).toContain(`[${code}]`);
  expect(outcome.stderr).toMatch(/^error: .*\nhint: .*\n$/);
  expect(await readdir(folder)).not.toContain('new');
});

test('a bad row is named by its number, and what came before it stays', async () => {
  const args = ['import', 'bad', 'bad.jsonl', '--field', 'year:number', '--json'];
  const { exitCode, stdout } = await nigh(args);
  expect(exitCode).toBe(1);
  const { error } = JSON.parse(stdout);
  expect(error).toMatchObject({ code: 'INVALID_DOCUMENT' });
  expect(error.message).toContain('row 1 of bad.jsonl');
});

test('an import that fails before anything is written leaves no collection', async () => {
  const args = ['import', 'failed', 'bad.jsonl', '--field', 'year:number'];
  expect((await nigh(args)).exitCode).toBe(1);
  expect(await readdir(folder)).not.toContain('failed');
  await mkdir(at('mine'));
  await writeFile(at('mine/notes.txt'), 'kept');
  expect((await nigh(['import', 'mine', ...args.slice(2)])).exitCode).toBe(1);
  expect(await readdir(at('mine'))).toEqual(['notes.txt']);
  const options = ['--metadata', 'year', '--field', 'year:number'];
  await nigh(['import', 'failed', 'films.jsonl', ...options]);
  expect((await nigh(args)).exitCode).toBe(1);
  const { stats } = await json(['stats', 'failed']);
  expect(stats).toMatchObject({ count: COUNT }); // there before, and kept
});

test('vectors that become metadata are told, with what to do', async () => {
  await writeRows('lists.jsonl', [{ key: 'a', vector: [1, 2] }]);
  const { stdout } = await nigh(['import', 'lists', 'lists.jsonl']);
  expect(stdout).toMatch(/note: column "vector" was taken as metadata: .*--vector vector\n$/);
  for (const args of [
    ['lists-2', 'lists.jsonl', '--vector', 'vector'],
    ['lists-3', 'bad.jsonl'],
    ['lists', 'lists.jsonl'],
  ]) {
    const other = await nigh(['import', ...args]);
    expect([other.exitCode, other.stdout]).toEqual([0, expect.not.stringContaining('note:')]);
  }
});

test('a query may be exact, wide, weighted, and show texts', async () => {
  const near = ['query', 'films', '--vectors', 'films.fbin', '--row', '7', '-k', '3'];
  const exact = await json([...near, '--exact', '--texts']);
  expect(exact.hits[0]).toMatchObject({ key: 7, text: expect.stringContaining('number 7') });
  expect((await json([...near, '--ef-search', '400'])).hits).toHaveLength(3);
  expect((await nigh([...near, '--texts'])).stdout).toMatch(/metadata +document *\n/);
  const keysOf = async (weight: string) => {
    const args = [...near, '--text', 'number 77', '--fusion', 'convex', '--weight', weight];
    return ((await json(args)).hits as { key: number }[]).map(({ key }) => key)[0];
  };
  expect([await keysOf('1'), await keysOf('0')]).toEqual([7, 77]);
});

test('Ctrl-C during an import keeps what was imported, and says how much', async () => {
  const count = 40_000;
  await writeVectors('large.fbin', count, 64);
  await writeRows(
    'large.jsonl',
    Array.from({ length: count }, (_, id) => filmAt(id)),
  );
  let isInterrupted = false;
  const outcome = await nigh(
    ['import', 'large', 'large.jsonl', '--vectors', 'large.fbin', '--text', 'text'],
    (stderr, interrupt) => {
      if (isInterrupted || !/importing/.test(stderr)) return;
      isInterrupted = true;
      interrupt();
    },
  );
  expect(outcome.exitCode).toBe(130);
  expect(outcome.stderr).not.toContain('error:');
  const said = /Cancelled: ([\d,]+) documents are in large and kept/.exec(outcome.stderr)?.[1];
  const { stats } = await json(['stats', 'large']);
  expect(Number(said?.replaceAll(',', ''))).toBe((stats as { count: number }).count);
  expect((stats as { count: number }).count).toBeGreaterThan(0);
});
