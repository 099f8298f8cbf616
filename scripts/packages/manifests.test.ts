// What is cheap to know about the public packages without packing them. The whole is examined by
// scripts/check-packages.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Manifest, publicPackages } from './public-packages.ts';

const root = join(import.meta.dirname, '../..');
const packages = publicPackages(root);
const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));

/** Of packages that exist in one version only: an older @nigh/base is no part of a newer nigh. */
const SAME_RELEASE = 'workspace:*';
/** Fixes of these reach users without a release of ours, and one copy serves all who need them. */
const COMPATIBLE = /^\^[1-9]\d*\.\d+\.\d+$/;
const EXACT = /^\d+\.\d+\.\d+$/;
/** What they answer is kept in files: another version would not find the words of this one. */
const KEPT_IN_FILES = ['@orama/stemmers', '@orama/stopwords'];

function rangeOf(name: string): string | RegExp {
  if (name.startsWith('@nigh/')) return SAME_RELEASE;
  return KEPT_IN_FILES.includes(name) ? EXACT : COMPATIBLE;
}

describe.each(packages)('$manifest.name', ({ folder, manifest }) => {
  test('says what it is', () => {
    expect(manifest.description).toMatch(/^[A-Z].{20,}[^.]$/);
    expect(manifest.keywords?.length).toBeGreaterThan(0);
    expect(manifest.license).toBe('MIT');
  });

  test('carries the license of the repository', () => {
    const own = readFileSync(join(folder, 'LICENSE'), 'utf8');
    expect(own).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
  });

  test('is an ES module that can be shaken, for the same versions of Node as all', () => {
    expect(manifest.type).toBe('module');
    expect(manifest.sideEffects).toBe(false);
    expect(manifest.engines).toEqual({ node: '>=22.18' });
  });

  test('is published whole: build, sources for its maps, nothing else, to everybody', () => {
    expect(manifest.files).toEqual(['dist', '!dist/**/*.tsbuildinfo', 'src']);
    expect(manifest.publishConfig).toEqual({ access: 'public' });
  });

  test('exports its types before its code; a command exports nothing', () => {
    const { '.': main, ...rest } = manifest.exports ?? {};
    expect(rest).toEqual({ './package.json': './package.json' });
    expect(main === undefined).toBe(manifest.bin !== undefined);
    if (manifest.bin) return;
    expect(Object.keys(main as object)[0]).toBe('types');
    expect(Object.keys(main as object).at(-1)).toBe('default');
  });

  test('runs nothing when it is installed', () => {
    const scripts = Object.keys(manifest.scripts ?? {});
    expect(scripts.filter((name) => /install|prepare/.test(name))).toEqual([]);
  });

  test('asks for ranges as CONTRIBUTING.md has them', () => {
    for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
      expect(range, name).toMatch(rangeOf(name));
    }
  });
});

test('all packages are released together, at one version', () => {
  const { fixed } = read('.changeset/config.json') as { fixed: string[][] };
  expect(fixed).toEqual([packages.map(({ manifest }) => manifest.name)]);
  expect(new Set(packages.map(({ manifest }) => manifest.version)).size).toBe(1);
});

test('the tools of the workspace are exact versions', () => {
  const { devDependencies } = read('package.json') as Manifest;
  for (const [name, range] of Object.entries(devDependencies ?? {})) {
    expect(range === SAME_RELEASE || EXACT.test(range), name).toBe(true);
  }
});

test('nothing that is public needs what is private', () => {
  const names = packages.map(({ manifest }) => manifest.name);
  for (const { manifest } of packages) {
    const own = Object.keys(manifest.dependencies ?? {}).filter((name) => /^@nigh/.test(name));
    expect(names).toEqual(expect.arrayContaining(own));
  }
});
