// An index whose threads die again and again, of all that threads die of, in all that they do:
// support/plagued-program.ts. What it was asked for is done, or fails with WORKER_FAILED; what it
// holds and finds is right after each death, and nothing is used up. NIGH_DEATHS sets how many
// deaths in each setting, NIGH_SEED when.

import { expect, test } from 'vitest';
import { runProgram } from './support/programs.ts';

const DEATHS = Number(process.env.NIGH_DEATHS ?? 20);
const SEED = Number(process.env.NIGH_SEED ?? 1);

type Line = Record<string, unknown>;

interface Outline {
  readonly count: number;
  readonly removed: number;
  readonly segments: number;
  readonly capacity: number;
  readonly linked: number;
}

/** Whether a thread died in the midst of writing rows of the published graph. */
function diedWriting({ name, phase, doom, delay, dead }: Line): boolean {
  return name === 'add' && phase === 'apply' && doom !== 'terminate' && delay === 0 && dead !== 0;
}

/** What a line of support/plagued-program.ts says when all is as promised. */
function judge(line: Line): string[] {
  const { name, code, dead, linking, wrong, before, after } = line;
  const faults = [...(wrong as string[])];
  const must = (what: string, holds: boolean): void => void (holds || faults.push(what));
  must('succeeds or is WORKER_FAILED', code === undefined || code === 'WORKER_FAILED');
  must('succeeds when nobody dies', code === undefined || Number(dead) > 0);
  must('links afterwards', linking === undefined);
  if (diedWriting(line)) {
    const [first, then] = [before as Outline, after as Outline];
    must('fails when rows are half-written', code === 'WORKER_FAILED');
    must('scans what has half-written rows', then.linked < first.linked);
  }
  if (name === 'consolidate' && code !== undefined) {
    const [first, then] = [before as Outline, after as Outline];
    const sum = ({ count, removed }: Outline): number => count + removed;
    must('leaves segments as they were', sum(first) === sum(then));
    must('leaves the list as it was', first.segments === then.segments);
    must('leaves no memory behind', first.capacity === then.capacity);
  }
  return faults.map((fault) => `${fault}: ${JSON.stringify(line)}`);
}

test.each(['partitions', 'insertion', 'sealed'])(
  `an index survives ${DEATHS} deaths of its threads: %s (seed ${SEED})`,
  async (setting) => {
    const { lines, stderr, exitCode, hung } = await runProgram('plagued-program.ts', {
      args: [String(SEED), String(DEATHS), setting],
      flags: ['--expose-gc', '--disable-warning=NOT_CONSOLIDATED'],
      preload: 'doomed-threads.ts',
      patience: 60_000 + 4000 * DEATHS,
    });
    const rounds = lines.slice(0, -1);
    const [end] = lines.slice(-1);
    expect(rounds.flatMap(judge)).toEqual([]);
    expect({ hung, exitCode, stderr }).toEqual({ hung: false, exitCode: 0, stderr: '' });
    expect(rounds.filter(({ dead }) => Number(dead) > 0)).toHaveLength(DEATHS);
    expect(end.freeThen, 'scratch blocks').toBe(end.free);
    expect(Number(end.missed)).toBeLessThanOrEqual(0.01 * Number(end.asked));
    // Of rewrites that failed, and of those that took the place of others.
    expect(end.inUse, 'memories').toBeLessThanOrEqual(Number(end.segments) + 2);
    // One death costs nobody anything but those who write rows of others.
    const inserts = ({ name }: Line): boolean => name === 'add' || name === 'update';
    const single = rounds.filter((line) => line.deaths === 1 && !inserts(line));
    if (setting === 'insertion') return;
    expect(single.filter(({ code }) => code !== undefined)).toEqual([]);
    // The death of all in the background is a warning.
    expect(single.filter(({ warnings }) => (warnings as unknown[]).length > 0)).toEqual([]);
  },
  60_000 + 5000 * DEATHS,
);
