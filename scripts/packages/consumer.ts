// An empty project into which npm installs the tarballs, and what its programs do there: import,
// require, compile, work, and the command.
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tarball } from './pack.ts';
import { demand, inPairs, type Ran, runNode, runNpm } from './programs.ts';

const template = join(import.meta.dirname, 'consumer');

/** Of the workspace, whose versions the project uses. */
export interface Workspace {
  readonly root: string;
  readonly nodeTypes: string;
}

/**
 * Makes the project and installs into it. No install script runs: the packages must not need one.
 *
 * @param folder outside the repository, so that nothing is found in its node_modules
 */
export async function install(
  folder: string,
  tarballs: readonly Tarball[],
  { nodeTypes }: Workspace,
): Promise<void> {
  await cp(template, folder, { recursive: true });
  const path = join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as object;
  const ours = Object.fromEntries(tarballs.map(({ name, filename }) => [name, `file:${filename}`]));
  // What the packages need of each other comes from the tarballs too, never from the registry.
  const overrides = Object.fromEntries(tarballs.map(({ name }) => [name, `$${name}`]));
  const dependencies = { ...ours, '@types/node': nodeTypes };
  await writeFile(path, JSON.stringify({ ...manifest, dependencies, overrides }, null, 2));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  const what = 'npm install of the tarballs (it needs the registry for what they depend on)';
  await demand(what, runNpm('npm', ['install', ...flags], folder));
}

interface Job {
  readonly what: string;
  readonly run: () => Promise<Ran>;
}

/** Runs a job; what it printed when it failed, else nothing. */
async function problemsOf({ what, run }: Job): Promise<string[]> {
  const { code, output } = await run();
  return code === 0 ? [] : [`${what} failed (exit code ${code}) in a fresh project:\n${output}`];
}

/**
 * Compiles and runs the programs of the project.
 *
 * @param names of the packages that can be imported
 * @returns what is wrong, with all that was printed
 */
export async function useAll(
  folder: string,
  names: readonly string[],
  { root }: Workspace,
): Promise<string[]> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const compile = (config: string): Job => ({
    what: `tsc -p scripts/packages/consumer/${config}`,
    run: () => runNode(tsc, ['-p', config], folder),
  });
  const command = (...args: string[]): Job => ({
    what: `npx nigh ${args.join(' ')}`,
    run: () => runNpm('npx', ['--no-install', 'nigh', ...args], folder),
  });
  const jobs: Job[] = [
    { what: 'use.ts', run: () => runNode('use.ts', [], folder) },
    { what: 'require.cjs', run: () => runNode('require.cjs', names, folder) },
    ...['tsconfig.json', 'tsconfig.bundler.json', 'tsconfig.page.json'].map(compile),
    command('--version'),
  ];
  const problems = await inPairs(jobs, problemsOf);
  // The file of vectors is one that use.ts has left.
  const build = command('build', 'vectors.npy', '--output', 'command.nigh', '--threads', '1');
  return [...problems.flat(), ...(await problemsOf(build))];
}
