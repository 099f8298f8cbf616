// What happens when a thread of the pool dies: another one does its work again, to the same end. An
// operation whose work cannot be done twice, or whose threads die again, fails with WORKER_FAILED
// and does not hang, and everything else goes on. The threads are killed from outside the product,
// by a module that every thread of a child process loads first. NIGH_DEATHS sets how many die,
// NIGH_SEED when.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Ending, runProgram } from './support/programs.ts';

const DEATHS = Number(process.env.NIGH_DEATHS ?? 12);
const SEED = Number(process.env.NIGH_SEED ?? 1);
/** Two threads, two fresh ones, and the one that piscina had started in the place of the dead. */
const MOST_STARTED = 5;

/** What a line of support/mortal-program.ts says when all is as promised. */
function judge(line: Record<string, unknown>): string[] {
  const { code, linkedThen, count } = line;
  const wrong: string[] = [];
  const must = (what: string, holds: boolean): void => void (holds || wrong.push(what));
  // A thread with too little to do outlives the operation, and may die in a later one.
  must('rejects with WORKER_FAILED', code === 'WORKER_FAILED' || code === undefined);
  must('comes to the same as undisturbed', code !== undefined || line.same === true);
  must('is sound right after', JSON.stringify(line.problemsThen) === '[]');
  must('answers exactly while unlinked', linkedThen !== 0 || line.recallThen === 1);
  must('answers well right after', Number(line.recallThen) >= 0.8);
  must('searches the next batch', line.next === undefined || code === undefined);
  const links = line.linking === undefined && line.linked === count;
  must('links', links || code === undefined);
  must('is sound when linked', JSON.stringify(line.problems) === '[]');
  must('answers well when linked', Number(line.recall) >= 0.8);
  must('finds a stored vector', line.self === 7);
  return wrong.map((what) => `${what}: ${JSON.stringify(line)}`);
}

async function killThreads(deaths: number, ...kinds: string[]): Promise<Ending> {
  const folder = await mkdtemp(join(tmpdir(), 'nigh-death-'));
  const ending = await runProgram('mortal-program.ts', {
    args: [String(SEED), String(deaths), folder, ...kinds],
    preload: 'deadly-threads.ts',
    patience: 30_000 + 3000 * deaths,
  });
  await rm(folder, { recursive: true, force: true });
  return ending;
}

test(`one death of a thread is survived where work can be done twice (seed ${SEED})`, async () => {
  const { lines, stderr, exitCode, hung } = await killThreads(DEATHS, 'exit,fail,terminate');
  expect(lines.flatMap(judge)).toEqual([]);
  expect({ hung, exitCode, stderr }).toEqual({ hung: false, exitCode: 0, stderr: '' });
  expect(lines).toHaveLength(DEATHS);
  expect(lines.filter(({ started }) => Number(started) > MOST_STARTED)).toEqual([]);
  // Adds to a graph write the rows of others: these cannot be written twice.
  const failed = lines.filter((line) => line.code !== undefined);
  expect(failed.filter(({ activity }) => activity !== 'add')).toEqual([]);
  const hits = lines.filter((line) => line.hit);
  expect(hits.length, 'deaths that hit an operation').toBeGreaterThanOrEqual(DEATHS / 3);
});

test(`the death of every thread is a clear error (seed ${SEED})`, async () => {
  const { lines, stderr, exitCode, hung } = await killThreads(6, 'exit,fail', 'every');
  expect({ hung, exitCode, stderr }).toEqual({ hung: false, exitCode: 0, stderr: '' });
  expect(lines.map((line) => line.code)).toEqual(Array(6).fill('WORKER_FAILED'));
  expect(lines.flatMap(judge)).toEqual([]);
});

test('threads that cannot start are a clear error too', async () => {
  const { lines, stderr, exitCode, hung } = await killThreads(3, 'stillborn');
  expect({ hung, exitCode, stderr }).toEqual({ hung: false, exitCode: 0, stderr: '' });
  expect(lines.map((line) => line.code)).toEqual(Array(3).fill('WORKER_FAILED'));
  expect(lines.flatMap(judge)).toEqual([]);
});
