// Runs other programs: what they print is kept, and shown when they fail.
import { spawn } from 'node:child_process';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  /** Both streams, in the order of coming. */
  readonly output: string;
}

/** Where a program runs, and what of its environment is left to it. */
export interface Place {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

const windows = process.platform === 'win32';

/** Runs a program to its end. */
function start(command: string, args: readonly string[], place: Place): Promise<Ran> {
  // npm and npx are scripts, which Windows starts by a shell only.
  const shell = windows && command !== process.execPath;
  const child = spawn(command, [...args], { ...place, shell, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, output }));
  });
}

/**
 * What a program of npm is started with: this environment without the settings that an outer
 * `npm test` leaves in it about the folder it ran in. Those of the user (registry, proxy) stay.
 */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ofOuterRun = /^npm_(package|lifecycle|execpath|config_(local_prefix|node_gyp))/;
  const kept = Object.entries(process.env).filter(([name]) => !ofOuterRun.test(name));
  return { ...Object.fromEntries(kept), npm_config_loglevel: 'error' };
}

/** Runs `npm` or `npx`, quietly. */
export function runNpm(command: 'npm' | 'npx', args: readonly string[], cwd: string): Promise<Ran> {
  return start(command, args, { cwd, env: cleanEnvironment() });
}

/** Runs a file under this Node. */
export function runNode(path: string, args: readonly string[], cwd: string): Promise<Ran> {
  return start(process.execPath, [path, ...args], { cwd });
}

/** The output of a program that has to end well. */
export async function demand(what: string, program: Promise<Ran>): Promise<Ran> {
  const ran = await program;
  if (ran.code !== 0) throw new Error(`${what} failed (exit code ${ran.code}):\n${ran.output}`);
  return ran;
}

/** Calls `work` for every item, two at a time; the results in the order of the items. */
export async function inPairs<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const entries = items.entries(); // one iterator, of which both lanes take
  const lane = async (): Promise<void> => {
    for (const [i, item] of entries) results[i] = await work(item);
  };
  await Promise.all([lane(), lane()]);
  return results;
}
