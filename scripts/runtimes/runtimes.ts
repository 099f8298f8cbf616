// The runtimes that the tests run on, and where their programs lie once installed. The packages of
// a platform hold them as they are, so no install script has to run.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const RUNTIME_NAMES = ['node22', 'node24', 'node26', 'bun', 'deno'] as const;
export type RuntimeName = (typeof RUNTIME_NAMES)[number];

export interface Runtime {
  readonly name: RuntimeName;
  readonly command: string;
  /** What comes before the path of a program. */
  readonly args: readonly string[];
}

/** This folder. */
export const here: string = import.meta.dirname;
/** The root of the repository. */
export const root: string = join(here, '../..');

const modules = join(here, 'node_modules');
const platform = `${process.platform}-${process.arch}`;
const exe = process.platform === 'win32' ? '.exe' : '';

interface Manifest {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** What is pinned, by runtime and platform: `node22-linux-x64`. */
const pins = readManifest(here).optionalDependencies ?? {};

const versionOf = (pin: string): string => pin.slice(pin.lastIndexOf('@') + 1);

/** The version that is pinned of a runtime, on Linux where platforms differ. */
export function pinnedVersion(name: Exclude<RuntimeName, 'node24'>): string {
  return versionOf(pins[`${name}-linux-x64`] ?? '');
}

const installed = (name: RuntimeName, path: string): string =>
  join(modules, `${name}-${platform}`, `${path}${exe}`);

const all: readonly Runtime[] = [
  { name: 'node22', command: installed('node22', 'bin/node'), args: [] },
  // The one that everything else runs on.
  { name: 'node24', command: join(root, `node_modules/node/bin/node${exe}`), args: [] },
  { name: 'node26', command: installed('node26', 'bin/node'), args: [] },
  { name: 'bun', command: installed('bun', 'bin/bun'), args: ['--bun'] },
  { name: 'deno', command: installed('deno', 'deno'), args: ['run', '--allow-all'] },
];

/** The runtimes that this platform has. */
export const RUNTIMES: readonly Runtime[] = all.filter(
  ({ name }) => name === 'node24' || `${name}-${platform}` in pins,
);

/** Whether nothing has to be installed: the right versions are there, with their programs. */
export function areInstalled(): boolean {
  return RUNTIMES.every(({ name, command }) => {
    if (!existsSync(command)) return false;
    if (name === 'node24') return true;
    const folder = `${name}-${platform}`;
    return readManifest(join(modules, folder)).version === versionOf(pins[folder] ?? '');
  });
}
