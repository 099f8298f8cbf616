// Threads that die in the middle of an item of a bulk build: another thread does the item again, so
// that one death costs time and nothing else. When the item's next thread dies too the build
// rejects, and link() finishes it. Either way the bytes are those of a build nobody disturbed.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from './support/programs.ts';

const COUNT = 3600;
/** Phases by name and run: the second 'encode' and 'assign' follow the numbering of slots. */
const PHASES = [
  ...['encode 1', 'assign 1', 'encode 2', 'leaves 1', 'select 1', 'rows 1', 'refine 1'],
  ...['assign 2', 'compare 1', 'probe 1', 'seek 1', 'screen 1', 'trial 1'],
];
/** One of each kind of phase: short ones, one of few items, one late one. */
const FATAL_PHASES = ['encode 1', 'leaves 1', 'refine 1', 'compare 1', 'probe 1'];
/** More than all threads of a phase and their successors can die. */
const EVERYBODY = 1000;

type Line = Record<string, unknown>;

async function build(
  deaths: number,
  doom: string,
  phases: readonly string[],
  activity: 'build' | 'consolidate' = 'build',
): Promise<readonly Line[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nigh-doom-'));
  const args = [folder, String(deaths), doom, phases.join(), 'float32', activity];
  const work = { args, preload: 'doomed-threads.ts', patience: 100_000 };
  const ending = await runProgram('doomed-program.ts', work);
  await rm(folder, { recursive: true, force: true });
  const { hung, exitCode, stderr, lines } = ending;
  expect({ hung, exitCode, stderr }).toEqual({ hung: false, exitCode: 0, stderr: '' });
  expect(lines.map((line) => line.phase)).toEqual(['none', ...phases]);
  return lines;
}

/** What every line must say, whoever died. */
function soundness({ linked, problems, exactThen, linking }: Line): Line {
  return { linked, problems, exactThen, linking };
}

const SOUND = { linked: COUNT, problems: [], exactThen: true, linking: undefined };

test.each<[string, readonly string[]]>([
  ['exit', PHASES],
  ['fail', ['leaves 1', 'probe 1']],
])('one death (%s) in a phase is survived, with the same bytes', async (doom, phases) => {
  const [undisturbed, ...lines] = await build(1, doom, phases);
  for (const line of lines) {
    const { phase, code, dead, linkedThen, digest } = line;
    const expected = { phase, code: undefined, dead: 1, linkedThen: COUNT };
    expect.soft({ phase, code, dead, linkedThen }).toEqual(expected);
    expect.soft(digest, String(phase)).toBe(undisturbed.digest);
    expect.soft(soundness(line)).toEqual(SOUND);
  }
});

test('deaths of one thread after the other reject, and link() ends in the same bytes', async () => {
  const [undisturbed, ...lines] = await build(EVERYBODY, 'exit', FATAL_PHASES);
  for (const line of lines) {
    const { phase, code, dead, linkedThen, digest } = line;
    const expected = { phase, code: 'WORKER_FAILED', linkedThen: 0 };
    expect.soft({ phase, code, linkedThen }).toEqual(expected);
    expect.soft(dead, String(phase)).toBeGreaterThanOrEqual(2);
    expect.soft(digest, String(phase)).toBe(undisturbed.digest);
    expect.soft(soundness(line)).toEqual(SOUND);
  }
});

/** What every line must say of a consolidation, whoever died. */
const CONSOLIDATED = { count: 0.8 * COUNT, problemsThen: [], again: 'none', problems: [] };
const CONSOLIDATED_PHASES = ['encode 1', 'leaves 1', 'rows 1', 'refine 1', 'probe 1', 'trial 1'];

test('one death in a consolidation is survived, with the same bytes', async () => {
  const [undisturbed, ...lines] = await build(1, 'exit', CONSOLIDATED_PHASES, 'consolidate');
  expect(undisturbed).toMatchObject({ ...CONSOLIDATED, removed: 0, untouched: false, dead: 0 });
  for (const line of lines) {
    const { digest } = undisturbed;
    const expected = { ...CONSOLIDATED, code: 'none', dead: 1, removed: 0, digest };
    expect.soft(line, String(line.phase)).toMatchObject(expected);
  }
});

test('deaths of one thread after the other leave what was to be consolidated', async () => {
  const [undisturbed, ...lines] = await build(
    EVERYBODY,
    'exit',
    CONSOLIDATED_PHASES,
    'consolidate',
  );
  for (const line of lines) {
    const { digest } = undisturbed;
    const code = 'WORKER_FAILED';
    const expected = { ...CONSOLIDATED, code, removed: 0.2 * COUNT, untouched: true, digest };
    expect.soft(line, String(line.phase)).toMatchObject(expected);
    expect.soft(line.dead, String(line.phase)).toBeGreaterThanOrEqual(2);
  }
});
