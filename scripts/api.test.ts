// Holds the pages of docs/api against the sources: whoever changes what a package exports, or a
// comment of it, writes them anew with `pnpm --filter @nigh/docs run api`.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateApi } from '../docs/scripts/generate-api.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const committed = join(root, 'docs/api');

describe('the API reference', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nigh-api-'));
  let complaints: readonly string[] = [];
  beforeAll(async () => {
    complaints = await generateApi(root, folder);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('says something about everything that is exported', () => {
    expect(complaints).toEqual([]);
  });

  test('has a page for each package, and an index', () => {
    expect(readdirSync(committed).sort()).toEqual(readdirSync(folder).sort());
  });

  test.for(readdirSync(committed))('%s is what the sources say', (page) => {
    const read = (place: string): string => readFileSync(join(place, page), 'utf8');
    // Pages are long: the first line that differs says more than a difference of all.
    const [now, then] = [read(folder).split('\n'), read(committed).split('\n')];
    const line = now.findIndex((text, i) => text !== then[i]);
    const where = line === -1 ? Math.min(now.length, then.length) : line;
    expect(`${where + 1}: ${then[where]}`).toBe(`${where + 1}: ${now[where]}`);
  });
});
