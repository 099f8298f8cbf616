// The commands that documents tell people to type, held against the scripts of the workspace and the
// command tree of the `nigh` program.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram } from '../../packages/cli/src/program.ts';

const silent = { write: () => true, isTTY: false };

/** Splits a line as a shell does, as far as the documents go. */
function words(line: string): string[] {
  const parts = line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g);
  return [...parts].map(([, double, single, plain]) => double ?? single ?? plain ?? '');
}

function manifest(root: string, folder: string): { name?: string; scripts?: object } {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
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
function missingPage(root: string, [tool, folder = '']: readonly string[]): string | undefined {
  if (tool !== 'vite') return `no document may ask for ${tool}`;
  const page = join(folder, 'index.html');
  return existsSync(join(root, page)) ? undefined : `there is no ${page}`;
}

/** What is wrong with a line of a shell block; undefined when it would run. */
export async function commandProblem(root: string, line: string): Promise<string | undefined> {
  const [program, first = '', ...rest] = words(line);
  if (program === 'node') return existsSync(join(root, first)) ? undefined : `there is no ${first}`;
  if (program === 'npx') return missingPage(root, [first, ...rest]);
  if (program === 'nigh') return misuse([first, ...rest].filter((word) => word !== ''));
  if (program !== 'npm') return `no document may ask for ${program}`;
  if (first === 'run') return missingScript(root, rest[0] ?? '');
  if (first === 'install') return missingPackage(root, rest[0] ?? '');
  const wrong = missingScript(root, first);
  if (wrong !== undefined || first !== 'start') return wrong;
  return misuse(['demo', ...rest.filter((word) => word !== '--')]);
}
