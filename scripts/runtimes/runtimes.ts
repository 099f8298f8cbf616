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

const BUN: Readonly<Record<string, string>> = {
  'linux-x64': 'bun-linux-x64',
  'linux-arm64': 'bun-linux-aarch64',
  'darwin-arm64': 'bun-darwin-aarch64',
  'win32-x64': 'bun-windows-x64',
};
const DENO: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64-glibc',
  'linux-arm64': 'linux-arm64-glibc',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'win32-x64',
};

const node = (version: number): string =>
  join(modules, `node${version}-${platform}/bin/node${exe}`);

export const RUNTIMES: readonly Runtime[] = [
  { name: 'node22', command: node(22), args: [] },
  // The one that everything else runs on.
  { name: 'node24', command: join(root, `node_modules/node/bin/node${exe}`), args: [] },
  { name: 'node26', command: node(26), args: [] },
  { name: 'bun', command: join(modules, `@oven/${BUN[platform]}/bin/bun${exe}`), args: ['--bun'] },
  {
    name: 'deno',
    command: join(modules, `@deno/${DENO[platform]}/deno${exe}`),
    args: ['run', '--allow-all'],
  },
];

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

const { dependencies = {}, optionalDependencies = {} } = readManifest(here);

/** The version that is pinned of a runtime, on Linux for all that have several. */
export function pinnedVersion(name: Exclude<RuntimeName, 'node24'>): string {
  const pin = dependencies[name] ?? optionalDependencies[`${name}-linux-x64`] ?? '';
  return pin.slice(pin.lastIndexOf('@') + 1);
}

/** Whether nothing has to be installed: the right versions are there, with their programs. */
export function areInstalled(): boolean {
  const wanted = Object.entries(dependencies);
  const ofPlatform = Object.entries(optionalDependencies);
  wanted.push(...ofPlatform.filter(([name]) => name.endsWith(platform)));
  return (
    RUNTIMES.every(({ command }) => existsSync(command)) &&
    wanted.every(([name, pin]) => {
      const folder = join(modules, name);
      return existsSync(folder) && pin.endsWith(readManifest(folder).version ?? 'none');
    })
  );
}
