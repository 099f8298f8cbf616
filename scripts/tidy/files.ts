// Finds and reads the TypeScript sources of the workspace, without git, so that it works in any
// copy.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSource, type Source } from './source.ts';

const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'results']);
const FOLDERS = ['packages', 'benchmarks'];

function listFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : listFiles(root, path);
    return entry.isFile() ? [path] : [];
  });
}

/** Every `.ts` file below packages and benchmarks that somebody wrote, in a fixed order. */
export function workspaceSources(root: string): Source[] {
  return FOLDERS.flatMap((folder) => listFiles(root, folder))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.generated.ts'))
    .sort()
    .map((path) => readSource(path, readFileSync(join(root, path), 'utf8')));
}
