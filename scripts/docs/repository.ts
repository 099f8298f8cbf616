// The documents of this repository, and the Node that runs what is in them.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Document, isGenerated, readDocuments } from './markdown.ts';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));
export const node: string = join(
  root,
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

export const documents: readonly Document[] = readDocuments(root);
/** Those that somebody wrote. */
export const written: readonly Document[] = documents.filter((document) => !isGenerated(document));

export function documentAt(path: string): Document {
  const found = documents.find((document) => document.path === path);
  if (found === undefined) throw new Error(`there is no ${path}`);
  return found;
}
