// The commands that documents tell people to type, held against the scripts of the workspace and the
// command tree of the `nigh` program.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram } from '../../packages/cli/src/program.ts';

const silent = { write: () => true, isTTY: false };

/** Splits a line as a shell does, as far as the documents go. */
export function words(line: string): string[] {
  const parts = line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g);
  return [...parts].map(([, double, single, plain]) => double ?? single ?? plain ?? '');
}

function manifest(root: string, folder: string): { name?: string; scripts?: object } {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
}

function packageFolders(root: string): string[] {
  return readdirSync(join(root, 'packages')).map((name) => `packages/${name}`);
}

function missingScript(root: string, name: string): string | undefined {
  return name in (manifest(root, '.').scripts ?? {}) ? undefined : `there is no script ${name}`;
}

/** An install names a package of this workspace, or nothing. */
function missingPackage(root: string, name: string): string | undefined {
  if (name === '') return undefined;
  const folder = join('packages', name.replace('@nigh/', ''));
  const known = existsSync(join(root, folder)) && manifest(root, folder).name === name;
  return known ? undefined : `there is no package ${name}`;
}

/** Parses the arguments of `nigh` without running anything. */
async function misuse(args: readonly string[]): Promise<string | undefined> {
  // The parser only writes; what else a terminal can do does not matter here.
  const io = { stdout: silent, stderr: silent } as unknown as Parameters<typeof createProgram>[0];
  const program = createProgram(io, async (spec, command) => {
    spec.parse(command);
  });
  return program.parseAsync([...args], { from: 'user' }).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

/** Vite is a tool of the workspace, and serves folders that have a page. */
function missingPage(root: string, folder: string): string | undefined {
  const page = join(folder, 'index.html');
  return existsSync(join(root, page)) ? undefined : `there is no ${page}`;
}

/** `npx -y pnpm@12 [--filter PACKAGE] run SCRIPT`: the script is one of that package, or of the root. */
function missingPnpmScript(root: string, args: readonly string[]): string | undefined {
  const [yes, pnpm = '', ...rest] = args;
  if (yes !== '-y' || !pnpm.startsWith('pnpm@')) return `no document may ask for npx ${pnpm}`;
  const owner = rest[0] === '--filter' ? rest.splice(0, 2)[1] : undefined;
  if (rest[0] === 'install') return undefined;
  const folders = ['.', 'docs', 'benchmarks', ...packageFolders(root)];
  const folder = folders.find(
    (place) => owner === undefined || manifest(root, place).name === owner,
  );
  if (folder === undefined) return `there is no package ${owner}`;
  const name = rest[0] === 'run' ? rest[1] : rest[0];
  const known = (name ?? '') in (manifest(root, folder).scripts ?? {});
  return known ? undefined : `${folder} has no script ${name}`;
}

/** What is wrong with one command; undefined when it would run. */
async function problemOf(root: string, command: string): Promise<string | undefined> {
  const [program, first = '', ...rest] = words(command);
  if (program === 'node') return existsSync(join(root, first)) ? undefined : `there is no ${first}`;
  if (program === 'cd') return existsSync(join(root, first)) ? undefined : `there is no ${first}`;
  if (program === 'nigh') return misuse([first, ...rest].filter((word) => word !== ''));
  if (program === 'npx' && first === 'vite') return missingPage(root, rest[0] ?? '');
  if (program === 'npx') return missingPnpmScript(root, [first, ...rest]);
  if (program !== 'npm') return `no document may ask for ${program}`;
  if (first === 'run') return missingScript(root, rest[0] ?? '');
  if (first === 'install') return missingPackage(root, rest[0] ?? '');
  const wrong = missingScript(root, first);
  if (wrong !== undefined || first !== 'start') return wrong;
  return misuse(['demo', ...rest.filter((word) => word !== '--')]);
}

/** What is wrong with a line of a shell block; undefined when it would run. */
export async function commandProblem(root: string, line: string): Promise<string | undefined> {
  const plain = line.replace(/\s+# .*$/, '').replace(/^\((.*)\)$/, '$1');
  for (const command of plain.split(' && ')) {
    const problem = await problemOf(root, command);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
