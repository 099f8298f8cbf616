/**
 * Puts the tables into the documents, between `<!-- table:NAME -->` and `<!-- /table -->`. What
 * stands between the markers is replaced, so running it twice changes nothing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Reports, renderTable } from './render.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Documents with tables, from the root of the workspace; a missing one is passed over. */
export const DOCUMENTS: readonly string[] = ['README.md', 'docs/benchmarks.md'];

const OPENING = /<!-- table:([a-z-]+) -->/g;
const BLOCK = /<!-- table:([a-z-]+) -->\n[\s\S]*?<!-- \/table -->/g;

export interface DocumentUpdate {
  readonly path: string;
  readonly current: string;
  readonly updated: string;
}

/** Every document as it is and as it should be. */
export function documentUpdates(reports: Reports): DocumentUpdate[] {
  return DOCUMENTS.map((document) => join(ROOT, document))
    .filter((path) => existsSync(path))
    .map((path) => {
      const current = readFileSync(path, 'utf8');
      return { path, current, updated: withTables(current, reports) };
    });
}

/** @throws when a marker names no table, or is not closed before the next one opens. */
export function withTables(text: string, reports: Reports): string {
  const opened = text.match(OPENING)?.length ?? 0;
  const blocks = text.match(BLOCK) ?? [];
  const nested = blocks.find((block) => (block.match(OPENING)?.length ?? 0) > 1);
  if (blocks.length !== opened || nested !== undefined) {
    throw new Error(`${opened} table markers but not as many closed ones: <!-- /table -->`);
  }
  return text.replace(BLOCK, (_, name: string) => {
    return `<!-- table:${name} -->\n\n${renderTable(name, reports)}\n\n<!-- /table -->`;
  });
}
