// The built program as people run it: a process with arguments, two streams and an exit code.
// Needs a build (`dist/main.js`) of this package and of core.

import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusteredSource } from '@nigh/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OnStderr, type Outcome, runNigh } from './run-nigh.ts';

/** Enough for a graph: fewer vectors are scanned. */
const COUNT = 5000;
const DIMENSION = 24;

let folder: string;
const at = (name: string): string => join(folder, name);

function nigh(args: readonly string[], onStderr?: OnStderr): Promise<Outcome> {
  return runNigh(folder, args, onStderr);
}

function clusteredVectors(count: number, dimension: number): Float32Array {
  const vectors = new Float32Array(count * dimension);
  clusteredSource({ count, dimension, seed: 1, clusters: 20 }).fill(vectors);
  return vectors;
}

async function writeFbin(name: string, vectors: Float32Array, dimension: number): Promise<void> {
  const header = Uint32Array.of(vectors.length / dimension, dimension);
  const parts = [new Uint8Array(header.buffer), new Uint8Array(vectors.buffer)];
  await writeFile(at(name), Buffer.concat(parts));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-cli-'));
  const vectors = clusteredVectors(COUNT, DIMENSION);
  await writeFbin('vectors.fbin', vectors, DIMENSION);
  await writeFbin('queries.fbin', vectors.slice(0, 50 * DIMENSION), DIMENSION);
  await writeFbin('other.fbin', new Float32Array(20).fill(1), 5);
  const built = await nigh(['build', 'vectors.fbin', '-o', 'built.nigh', '--json']);
  expect(built).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(built.stdout)).toMatchObject({
    command: 'build',
    vectors: { format: 'fbin', componentType: 'f32' },
    stats: { count: COUNT, dimension: DIMENSION, metric: 'l2' },
    evaluation: { k: 10 },
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('build tells a person recall, speed and sizes', async () => {
  const args = ['build', 'vectors.fbin', '-o', 'again.nigh', '--metric', 'cosine', '--M', '8'];
  const { exitCode, stdout, stderr } = await nigh(args);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/5,000 of 24 components, cosine/);
  expect(stdout).toMatch(
    /built .* vectors\/s on \d+ threads?, recall@10 [01]\.\d{4} \(efSearch 64\)/,
  );
  expect(stderr).toMatch(/reading/);
});

test('building twice with the same seed writes the same bytes', async () => {
  const args = ['build', 'vectors.fbin', '-o', 'twin.nigh', '--no-evaluate', '--threads', '1'];
  expect((await nigh(args)).exitCode).toBe(0);
  const [one, two] = await Promise.all([readFile(at('built.nigh')), readFile(at('twin.nigh'))]);
  expect(one.equals(two)).toBe(true);
});

test('search finds a vector of the index at distance 0', async () => {
  const args = ['search', 'built.nigh', '--query', 'queries.fbin', '--row', '7', '-k', '3'];
  const { exitCode, stdout } = await nigh(args);
  expect(exitCode).toBe(0);
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(3);
  const [node, distance] = lines[0].trim().split(/\s+/).map(Number);
  expect(node).toBe(7);
  expect(distance).toBeCloseTo(0, 4);
});

test('search takes a vector from the command line, and exactly on request', async () => {
  const vector = new Array(DIMENSION).fill('-0.25').join(',');
  const args = ['search', 'built.nigh', '--vector', vector, '--exact', '--json'];
  const report = JSON.parse((await nigh(args)).stdout);
  expect(report).toMatchObject({ command: 'search', exact: true, k: 10 });
  expect(report.results).toHaveLength(10);
  const distances: number[] = report.results.map((result: { distance: number }) => result.distance);
  expect(distances).toEqual([...distances].sort((a, b) => a - b));
});

test('evaluate prints recall and speed for each width', async () => {
  const args = ['evaluate', 'built.nigh', '--queries', 'queries.fbin', '--ef-search', '10,40'];
  const { exitCode, stdout } = await nigh(args);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/efSearch +recall@10 +queries\/s +p50 ms +p99 ms +distances/);
  const report = JSON.parse((await nigh([...args, '--json'])).stdout);
  expect(report.points.map((point: { efSearch: number }) => point.efSearch)).toEqual([10, 40]);
  expect(report.points[1].recall).toBeGreaterThan(0.9);
});

test('evaluate and search take a recall instead of a width', async () => {
  const args = ['evaluate', 'built.nigh', '--queries', 'queries.fbin', '--recall', '0.9,0.99'];
  const { exitCode, stdout } = await nigh(args);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/\d+ for 0\.99/);
  const { points } = JSON.parse((await nigh([...args, '--json'])).stdout);
  expect(points.map((point: { target: number }) => point.target)).toEqual([0.9, 0.99]);
  expect(points[1].recall).toBeGreaterThan(0.97);
  expect(points[0].efSearch).toBeLessThan(points[1].efSearch);
  const search = ['search', 'built.nigh', '--query', 'queries.fbin', '--recall', '1', '--json'];
  expect(JSON.parse((await nigh(search)).stdout).distanceCount).toBe(COUNT);
  const both = await nigh([...search, '--ef-search', '10']);
  expect(both.exitCode).toBe(2);
  expect((await nigh(['search', 'built.nigh', '--recall', '2'])).exitCode).toBe(2);
});

test('inspect shows what is inside', async () => {
  const report = JSON.parse((await nigh(['inspect', 'built.nigh', '--json'])).stdout);
  expect(report).toMatchObject({ command: 'inspect', stats: { count: COUNT, M: 16 } });
  const early = await nigh(['--json', 'inspect', 'built.nigh']); // before the command as well
  expect(JSON.parse(early.stdout)).toEqual(report);
  const { exitCode, stdout } = await nigh(['inspect', 'built.nigh']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/5,000 of 24 components/);
});

test('verify calls a good index sound', async () => {
  const { exitCode, stdout } = await nigh(['verify', 'built.nigh']);
  expect({ exitCode, isSound: stdout.startsWith('sound') }).toEqual({ exitCode: 0, isSound: true });
});

test.each(['verify', 'inspect', 'evaluate'])(
  '%s refuses an index that was cut short',
  async (name) => {
    const bytes = await readFile(at('built.nigh'));
    await writeFile(at('cut.nigh'), bytes);
    await truncate(at('cut.nigh'), Math.floor(bytes.length / 2));
    const { exitCode, stdout, stderr } = await nigh([name, 'cut.nigh', '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe('SNAPSHOT_CORRUPT');
    expect(stderr).toMatch(/^error: .*\nhint: /);
    expect(stderr).not.toMatch(/ at .*:\d+:\d+/);
  },
);

test.each([
  ['no command', []],
  ['an unknown command', ['frobnicate']],
  ['an unknown option', ['inspect', 'built.nigh', '--colour']],
  ['a missing argument', ['build']],
  ['a missing output', ['build', 'vectors.fbin']],
  ['a number that is none', ['search', 'built.nigh', '--vector', '1', '-k', 'ten']],
  ['an unknown metric', ['build', 'vectors.fbin', '-o', 'x.nigh', '--metric', 'l3']],
  ['no query', ['search', 'built.nigh']],
  ['two queries', ['search', 'built.nigh', '--vector', '1', '--query', 'queries.fbin']],
  ['a query of another dimension', ['search', 'built.nigh', '--vector', '1,2,3']],
  ['queries of another dimension', ['evaluate', 'built.nigh', '--queries', 'other.fbin']],
  ['an output that is the input', ['build', 'vectors.fbin', '-o', './vectors.fbin']],
])('%s is bad usage', async (_, args) => {
  const { exitCode, stdout, stderr } = await nigh([...args, '--json']);
  expect(exitCode).toBe(2);
  expect(stderr).not.toBe('');
  expect(JSON.parse(stdout).error.code).toBe('USAGE');
});

test.each([
  ['a missing file', ['build', 'missing.npy', '-o', 'x.nigh'], 'FILE_NOT_FOUND'],
  ['an unknown format', ['build', 'built.nigh', '-o', 'x.nigh'], 'FORMAT_UNKNOWN'],
  ['a missing folder', ['build', 'vectors.fbin', '-o', 'no/x.nigh'], 'FILE_NOT_FOUND'],
])('%s fails in one readable line', async (_, args, code) => {
  const { exitCode, stdout, stderr } = await nigh(args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain(`[${code}]`);
  expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
});

test('help goes to stdout and is a success', async () => {
  const { exitCode, stdout } = await nigh(['build', '--help']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('--ef-construction');
});

test('Ctrl-C during a build leaves no file behind', async () => {
  const dimension = 64;
  await writeFbin('large.fbin', clusteredVectors(60_000, dimension), dimension);
  const before = await readdir(folder);
  let isInterrupted = false;
  const outcome = await nigh(
    ['build', 'large.fbin', '-o', 'never.nigh', '--ef-construction', '400'],
    (stderr, interrupt) => {
      if (isInterrupted || !/reading/.test(stderr)) return;
      isInterrupted = true; // reading is over, the graph is being built
      interrupt();
    },
  );
  expect(outcome.exitCode).toBe(130);
  expect(outcome.stderr).toContain('Cancelled: no index was written.');
  expect(outcome.stderr).not.toContain('error:');
  expect(await readdir(folder)).toEqual(before);
});

test('the demo tells its story and ends well', async () => {
  const args = ['demo', '--count', '5000', '--dimension', '16'];
  const { exitCode, stdout } = await nigh(args);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/vectors per second, recall@10 [01]\.\d{4} \(efSearch 64\)/);
  expect(stdout).toMatch(/queries per second, recall@10/);
  expect(stdout).toMatch(/sound/);
});

test('a demo of few vectors says that they are scanned', async () => {
  const { exitCode, stdout } = await nigh(['demo', '--count', '100', '--dimension', '4']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('No links were needed');
});

test('the demo runs over a file of vectors and prints one JSON document', async () => {
  const { exitCode, stdout } = await nigh(['demo', 'vectors.fbin', '--json']);
  expect(exitCode).toBe(0);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ command: 'demo', metric: 'l2', queryCount: 50 });
  expect(report.stats.count).toBe(COUNT - 50);
  expect(report.evaluation.points).toHaveLength(5);
});
