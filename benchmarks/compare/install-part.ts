/**
 * What it takes to install each package alone: into an empty folder, with the cache of npm that is
 * there. Ours is packed as it would be published and installed from these files.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bytesIn } from './build-part.ts';
import { firstLine } from './peers.ts';
import { note } from './progress.ts';
import type { Temporary } from './temporary.ts';

const execute = promisify(execFile);

export interface Installed {
  readonly seconds: number;
  readonly megabytes: number;
  /** Packages with install scripts, by name; empty when there are none. */
  readonly scripts: string;
  /** True, or the reason why importing it fails. */
  readonly loads: true | string;
}

/** What came of each package; a reason where it could not be installed. */
export type Installs = ReadonlyMap<string, Installed | string>;

/** The name a package is imported by, and what npm is told to install for it. */
export interface Installing {
  readonly name: string;
  readonly specifiers: readonly string[];
}

const COMPARE = import.meta.dirname;
const PACKAGES = join(COMPARE, '..', '..', 'packages');
/** Our packages that are installed: for an index, and for collections. */
export const CORE = '@nigh/core';
export const COLLECTION = '@nigh/collection';
/** The folders of the packages that each needs. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  [CORE]: ['core'],
  [COLLECTION]: ['base', 'filter', 'text', 'storage', 'formats', 'core', 'collection'],
};
const MOST_MS = 300_000;

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

function compareManifest(): Manifest {
  return JSON.parse(readFileSync(join(COMPARE, 'package.json'), 'utf8')) as Manifest;
}

/** The packages of the peers, with their pinned versions, and ours; what fails says why. */
export async function measureInstalls(
  temporary: Temporary,
  packages: readonly string[],
): Promise<Installs> {
  const { dependencies } = compareManifest();
  const peers = packages.flatMap((name) => {
    const version = dependencies[name];
    return version === undefined ? [] : [{ name, specifiers: [`${name}@${version}`] }];
  });
  const results = new Map<string, Installed | string>();
  for (const installing of [...(await packOurs(temporary, results)), ...peers]) {
    const { name } = installing;
    const folder = temporary.folder(name);
    results.set(name, await installAlone(installing, folder).catch(firstLine));
    temporary.remove(folder);
    note(`installed ${name}`);
  }
  return results;
}

async function packOurs(
  temporary: Temporary,
  results: Map<string, Installed | string>,
): Promise<Installing[]> {
  const folder = temporary.folder('packed');
  try {
    const files = new Map<string, string>();
    for (const name of new Set(Object.values(OURS).flat())) {
      files.set(name, await pack(join(PACKAGES, name), folder));
    }
    return Object.entries(OURS).map(([name, parts]) => {
      return { name, specifiers: parts.map((part) => files.get(part) as string) };
    });
  } catch (error) {
    for (const name of Object.keys(OURS)) results.set(name, firstLine(error));
    return [];
  }
}

/** Packs one package; pnpm writes the versions of this workspace into its manifest. */
async function pack(folder: string, target: string): Promise<string> {
  const before = new Set(readdirSync(target));
  await command('npx', ['-y', 'pnpm@12', 'pack', '--pack-destination', target], folder);
  const packed = readdirSync(target).find((name) => !before.has(name));
  if (packed === undefined) throw new Error(`nothing was packed of ${folder}`);
  return join(target, packed);
}

/** Installs into an empty folder and imports what was installed. */
export async function installAlone(
  { name, specifiers }: Installing,
  folder: string,
): Promise<Installed> {
  const { allowScripts } = compareManifest();
  const manifest = { name: 'alone', private: true, type: 'module', allowScripts };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const start = performance.now();
  await command('npm', ['install', '--no-audit', '--no-fund', ...specifiers], folder);
  const seconds = (performance.now() - start) / 1000;
  const modules = join(folder, 'node_modules');
  return {
    seconds,
    megabytes: bytesIn(modules) / 1e6,
    scripts: scriptsOf(modules).join(', '),
    loads: await imports(name, folder),
  };
}

/** Who ran an install script, or wants to. */
function scriptsOf(modules: string): string[] {
  const lockfile = join(modules, '.package-lock.json');
  if (!existsSync(lockfile)) return [];
  const { packages } = JSON.parse(readFileSync(lockfile, 'utf8')) as {
    packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
  };
  return Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
}

async function imports(name: string, folder: string): Promise<true | string> {
  const code = `await import(${JSON.stringify(name)})`;
  try {
    await execute(process.execPath, ['--input-type=module', '--eval', code], {
      ...{ cwd: folder, timeout: MOST_MS },
    });
    return true;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    return stderr.split('\n').find((line) => /^\w*Error/.test(line)) ?? firstLine(error);
  }
}

/** @throws with what it said last when it fails. */
async function command(name: string, args: readonly string[], cwd: string): Promise<void> {
  const shell = process.platform === 'win32';
  try {
    await execute(name, args, { cwd, shell, timeout: MOST_MS });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const line = stderr.split('\n').find((text) => /\b(?:error|ERR)/i.test(text));
    throw new Error(`${name} ${args[0]} failed: ${line ?? firstLine(error)}`);
  }
}
