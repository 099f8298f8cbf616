// The rules left to Biome are on, and off only where they are meant to be: a folder of planted
// violations is linted once with the real configuration. Biome counts the lines inside a function's
// braces: its 68 are the 70 of the style.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

const functionOf = (lines: number): string =>
  `export function f(): number {\n  let a = 0;\n${'  a++;\n'.repeat(lines - 4)}  return a;\n}\n`;

const functionTaking = (parameters: string): string =>
  `export function f(${parameters}): unknown {\n  return [${parameters}];\n}\n`;

const planted: readonly (readonly [path: string, text: string, rules: readonly string[]])[] = [
  ['src/long.ts', functionOf(71), ['noExcessiveLinesPerFunction']],
  ['src/short.ts', functionOf(70), []],
  ['src/hot/long.ts', functionOf(71), ['noExcessiveLinesPerFunction']],
  ['src/many.ts', functionTaking('a, b, c, d, e'), ['useMaxParams']],
  ['src/few.ts', functionTaking('a, b, c, d'), []],
  ['src/hot/many.ts', functionTaking('a, b, c, d, e'), []],
  ['src/default.ts', 'export default 1;\n', ['noDefaultExport']],
  ['src/build/worker.ts', 'export default 1;\n', []],
  ['src/any.ts', 'export type A = any;\n', ['noExplicitAny']],
  ['src/page.ts', 'export const a = top;\n', ['noRestrictedGlobals']],
  ['test/unit/only.test.ts', "test.only('a', run);\n", ['noFocusedTests']],
  ['test/unit/skip.test.ts', "test.skip('a', () => {});\n", ['noSkippedTests']],
];

let folder = '';
let diagnostics: readonly { category: string; location: { path: unknown } }[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nigh-biome-'));
  copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  for (const [path, text] of planted) {
    const file = join(folder, 'packages/core', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const args = ['lint', '--reporter=json', '--vcs-enabled=false', '--max-diagnostics=none', '.'];
  const { stdout } = spawnSync(process.execPath, [biome, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  diagnostics = JSON.parse(stdout).diagnostics;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.for(planted)('Biome reads %s as meant', ([path, , rules]) => {
  const own = diagnostics.filter(({ location }) => JSON.stringify(location).includes(path));
  expect(own.map(({ category }) => category.split('/').at(-1))).toEqual(rules);
});
