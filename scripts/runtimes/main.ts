// The matrix: the portable suite on every runtime, and the e2e tests under other versions of Node.
// With --full also all of the e2e tests, and under Bun and Deno those that fit. Installs the
// runtimes when they are not there. Build first: what runs is `dist`.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNpm } from '../packages/programs.ts';
import { FAILING, LEFT_OUT, SLOW } from './expected.ts';
import { type Facts, judge } from './judge.ts';
import { areInstalled, here, RUNTIME_NAMES, RUNTIMES, type Runtime, root } from './runtimes.ts';

const isFull = process.argv.includes('--full');
/** A suite takes some ten seconds; a program that hangs is told apart from a busy machine. */
const PATIENCE_MS = 10 * 60_000;
/** Of the e2e tests, all of them. */
const LONG_PATIENCE_MS = 40 * 60_000;

interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Start {
  readonly env?: Readonly<Record<string, string>>;
  readonly patience?: number;
}

function run(command: string, args: readonly string[], start: Start = {}): Promise<Ending> {
  const { env, patience = PATIENCE_MS } = start;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...{ cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
      ...{ timeout: patience, killSignal: 'SIGKILL' },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** A run of something on a runtime: what was wrong with it. */
interface Job {
  readonly title: string;
  run(): Promise<string[]>;
}

const facts: Facts = new Map();

/** The portable suite, in a process that must end by itself. */
function portable({ name, command, args }: Runtime, suite: string): Job {
  const judgeAll = async (folder: string): Promise<string[]> => {
    const program = join(here, 'portable.ts');
    const { code, stdout, stderr } = await run(command, [...args, program, folder, suite]);
    const wrong = judge(stdout, Object.keys(FAILING[name] ?? {}), facts);
    if (code !== 0) wrong.push(`ended with ${code}, or not by itself: ${stderr}`);
    return wrong;
  };
  return {
    title: `${name}: ${suite} checks`,
    run: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'nigh-runtimes-'));
      try {
        return await judgeAll(folder);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** The e2e tests, by vitest in that runtime; processes that tests start are of the same. */
function e2e({ name, command, args }: Runtime): Job {
  const leftOut = [...(LEFT_OUT[name] ?? []), ...(isFull ? [] : SLOW)];
  const excludes = leftOut.flatMap((start) => ['--exclude', `**/e2e/${start}*`]);
  // Enough deaths to see that they are survived; that few are enough is for the full run to know.
  const fewer = { NIGH_DEATHS: '3', NIGH_KILLS: '4' };
  const quiet = { NODE_OPTIONS: '--disable-warning=ExperimentalWarning' };
  return {
    title: `${name}: e2e tests`,
    run: async () => {
      const vitest = join(root, 'node_modules/vitest/vitest.mjs');
      const { code, stdout, stderr } = await run(
        command,
        [...args, vitest, 'run', '--project', 'e2e', ...excludes],
        { env: { ...quiet, ...(isFull ? {} : fewer) }, patience: LONG_PATIENCE_MS },
      );
      return code === 0 ? [] : [`ended with ${code}:\n${stdout}\n${stderr}`];
    },
  };
}

/** One job after another; the titles of those that failed. */
async function work(jobs: readonly Job[]): Promise<string[]> {
  const failed: string[] = [];
  for (const job of jobs) {
    const start = performance.now();
    const problems = await job.run();
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    const verdict = problems.length === 0 ? 'ok' : 'FAILED';
    console.log([`${job.title}: ${verdict}, ${seconds} s`, ...problems].join('\n  '));
    if (problems.length > 0) failed.push(job.title);
  }
  return failed;
}

async function install(): Promise<void> {
  if (areInstalled()) return;
  console.log('Installing other runtimes (once per change of their lockfile) ...');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await runNpm('npm', args, here);
  if (code !== 0 || !areInstalled()) throw new Error(`the runtimes were not installed: ${output}`);
}

await install();
const lacking = RUNTIME_NAMES.filter((name) => RUNTIMES.every((runtime) => runtime.name !== name));
if (lacking.length > 0) console.log(`Not to be had for this platform: ${lacking.join(', ')}`);
const isOther = ({ name }: Runtime): boolean =>
  isFull ? name !== 'node24' : name === 'node22' || name === 'node26';
// Side by side: tests that expect something soon have one neighbor, which takes a core at most times.
const suites = RUNTIMES.flatMap((runtime) => [
  // Threads of Deno 2.9 hung once in five runs: their checks are in the full matrix only.
  ...(isFull || runtime.name !== 'deno' ? [portable(runtime, 'all')] : []),
  portable(runtime, 'unshared'),
]);
const failed = (await Promise.all([work(RUNTIMES.filter(isOther).map(e2e)), work(suites)])).flat();
if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
