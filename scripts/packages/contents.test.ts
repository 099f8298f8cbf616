// The check of what a package carries, on packages with one fault each.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { contentProblems } from './contents.ts';

const SOUND = {
  'package.json': '{}',
  'README.md': '',
  LICENSE: '',
  'dist/index.js': '',
  'dist/index.d.ts': '',
  'dist/index.js.map': JSON.stringify({ sources: ['../src/index.ts'] }),
  'src/index.ts': '',
};

const folders: string[] = [];

/** The problems of a package with these files. */
function problemsOf(files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'nigh-contents-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return contentProblems(folder);
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

test('a package with build, sources, manifest, README and license is sound', () => {
  expect(problemsOf(SOUND)).toEqual([]);
  // What npm puts below it belongs to others.
  expect(problemsOf({ ...SOUND, 'node_modules/other/index.js': '' })).toEqual([]);
});

test.each(['package.json', 'README.md', 'LICENSE'] as const)('%s is missed', (name) => {
  const { [name]: _, ...rest } = SOUND;
  expect(problemsOf(rest)).toEqual([`${name} is missing`]);
});

test.each([
  'dist/tsconfig.tsbuildinfo',
  'src/index.test.ts',
  'test/unit/index.ts',
  'src/test/index.ts',
  'tsconfig.json',
])('%s is refused', (path) => {
  expect(problemsOf({ ...SOUND, [path]: '' })).toEqual([
    `${path} does not belong into the package`,
  ]);
});

test('a source map has to name a source that is there', () => {
  const { 'src/index.ts': _, ...rest } = SOUND;
  const [problem, ...others] = problemsOf(rest);
  expect(problem).toContain(`dist/index.js.map names ${join('src', 'index.ts')}, which is not in`);
  expect(others).toEqual([]);
});

test('a source map may not name a source outside the package', () => {
  const map = JSON.stringify({ sources: ['../../elsewhere.ts'] });
  const [problem] = problemsOf({ ...SOUND, 'dist/index.js.map': map });
  expect(problem).toContain('which is not in the package');
});
