// The core in pages: bundled as it is, without configuration, it finds in Chromium what it finds
// under Node, byte for byte, with and without shared memory. Where no Chromium is installed only
// the bundle is checked.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { build, createLogger, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  findChromium,
  ISOLATED,
  openPage,
  type Site,
  serve,
  startChromium,
} from './support/chromium.ts';
import { type Places, type Probe, probe } from './support/page/probe.ts';

const run = promisify(execFile);
const path = findChromium();
/** Most bytes of the compressed bundle: what a page loads for all of nigh. */
const MOST_BYTES = 140_000;

let folder = '';
let chunks: Rolldown.OutputChunk[] = [];
const warnings: string[] = [];
let expected: Probe;

const source = (name: string): string =>
  fileURLToPath(new URL(`./support/page/${name}`, import.meta.url));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nigh-page-'));
  const log = createLogger('warn');
  log.warn = log.warnOnce = (message) => void warnings.push(message);
  const built = await build({
    ...{ configFile: false, root: source(''), customLogger: log, logLevel: 'warn' },
    build: {
      lib: {
        entry: { probe: source('probe.ts'), attached: source('attached.ts') },
        formats: ['es'],
      },
      outDir: folder,
      emptyOutDir: false,
      minify: true,
    },
  });
  const outputs = (Array.isArray(built) ? built : [built]) as Rolldown.RolldownOutput[];
  chunks = outputs.flatMap(({ output }) => output.filter((file) => file.type === 'chunk'));
  expected = await probe();
  await writeFile(join(folder, 'node.nigh'), Buffer.from(expected.saved, 'base64'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>nigh</title>');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a bundle for pages', () => {
  test('takes no configuration and no warning', () => {
    expect(warnings).toEqual([]);
  });

  test('has nothing of Node in it, and no pool of threads', () => {
    const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
    expect(modules.some((id) => id.includes('vector-index'))).toBe(true);
    expect(
      modules.filter((id) => /node:|piscina|build\/pool\.js|build\/worker\.js/.test(id)),
    ).toEqual([]);
    const files = new Set(chunks.map(({ fileName }) => fileName));
    const imports = chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports]);
    expect(imports.filter((name) => !files.has(name))).toEqual([]);
    expect(chunks.filter(({ code }) => /import\s*\(?\s*["'`]node:/.test(code))).toEqual([]);
  });

  test('is as small as it is said to be', () => {
    const bytes = chunks.reduce((sum, { code }) => sum + gzipSync(code).length, 0);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });

  test('has types that take none of Node', async () => {
    const declarations = fileURLToPath(import.meta.resolve('@nigh/core')).replace('.js', '.d.ts');
    const lib = ['ES2024', 'ESNext.Disposable', 'DOM'];
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: false, types: [], lib, target: 'es2022' },
      ...{ module: 'esnext', moduleResolution: 'bundler', paths: { '@nigh/core': [declarations] } },
    };
    const page =
      "import { VectorIndex } from '@nigh/core';\nVectorIndex.create({ dimension: 2 });\n";
    await writeFile(join(folder, 'page.ts'), page);
    const project = join(folder, 'tsconfig.json');
    await writeFile(project, JSON.stringify({ compilerOptions, files: ['page.ts'] }));
    const compiler = fileURLToPath(import.meta.resolve('typescript/package.json'));
    const tsc = join(compiler, '../bin/tsc');
    const said = await run(process.execPath, [tsc, '--project', project]).catch(
      (error: { stdout: string }) => error,
    );
    expect(said.stdout).toBe('');
  });

  test('runs where there is neither Node nor shared memory', async () => {
    const url = pathToFileURL(join(folder, 'probe.js')).href;
    const program = `
      const { process } = globalThis;
      for (const name of ['process', 'SharedArrayBuffer', 'setImmediate']) delete globalThis[name];
      const { probe } = await import(${JSON.stringify(url)});
      process.stdout.write(JSON.stringify(await probe()));`;
    const args = ['--input-type=module', '--eval', program];
    const { stdout } = await run(process.execPath, args, { maxBuffer: 2 ** 26 });
    const found: Probe = JSON.parse(stdout);
    expect(found.surroundings).toMatchObject({
      memory: 'private',
      tier: expected.surroundings.tier,
    });
    expectSame(found);
  });
});

/** Holds what was found elsewhere against what Node finds. */
function expectSame({ work, saved }: Probe): void {
  expect(work).toEqual(JSON.parse(JSON.stringify(expected.work)));
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
  expect(digest(saved)).toBe(digest(expected.saved));
  expect(work.problems).toEqual([]);
  expect(work.recall).toBeGreaterThan(0.95);
}

interface Manner {
  readonly name: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly isolated: boolean;
  readonly webAssembly: boolean;
}

const here = { host: 'localhost', isolated: false, webAssembly: true } as const;
const MANNERS: readonly Manner[] = [
  { ...here, name: 'that is isolated', headers: ISOLATED, isolated: true },
  { ...here, name: 'that is not isolated', headers: {} },
  { ...here, name: 'of plain http', headers: {}, host: 'nigh.test' },
  {
    ...{ ...here, name: 'whose policy allows WebAssembly' },
    headers: { 'Content-Security-Policy': "script-src 'self' 'wasm-unsafe-eval'" },
  },
  {
    ...here,
    ...{ name: 'whose policy forbids WebAssembly', webAssembly: false },
    headers: { 'Content-Security-Policy': "script-src 'self'" },
  },
];

/** What the page of the documents says once it is done, by the ids of its places. */
async function readExample(page: Page): Promise<Record<string, string>> {
  await page.waitForFunction("document.querySelector('#state').textContent !== 'Working…'");
  const read =
    "[...document.querySelectorAll('[id]')].map(({ id, textContent }) => [id, textContent])";
  return Object.fromEntries(await page.evaluate<[string, string][]>(read));
}

describe.skipIf(path === undefined)('in Chromium (set CHROMIUM to its path), a page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium(path ?? '');
  });
  afterAll(() => browser?.close());

  test.for(MANNERS)(
    '$name finds what Node finds',
    async ({ host, headers, isolated, webAssembly }) => {
      const site: Site = await serve(folder, headers);
      try {
        const { page, errors } = await openPage(browser, `http://${host}:${site.port}/`);
        const places: Places = { snapshot: '/node.nigh', worker: '/attached.js' };
        // As text: a function would come with what the test runner makes of `import`.
        const call = `import('/probe.js').then(({ probe }) => probe(${JSON.stringify(places)}))`;
        const found: Probe = await page.evaluate(call);
        await page.close();
        expect(errors).toEqual([]);
        const { turns, tier, ...surroundings } = found.surroundings;
        expect(surroundings).toEqual({
          ...{ isolated, memory: isolated ? 'shared' : 'private', threads: 1 },
          ...{ save: 'UNSUPPORTED_RUNTIME', load: 'UNSUPPORTED_RUNTIME' },
          share: isolated ? 'fine' : 'UNSUPPORTED_RUNTIME',
          threaded: 'INVALID_OPTION',
        });
        expect(tier !== 'javascript').toBe(webAssembly);
        expect(turns).toBeGreaterThan(0);
        expectSame(found);
      } finally {
        await site.close();
      }
    },
  );

  test('the page of the documents finds what Node saved, and says so', async () => {
    const root = fileURLToPath(new URL('../../../../docs/examples/browser', import.meta.url));
    const outDir = join(folder, 'example');
    await build({ root, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
    for (const headers of [{}, ISOLATED]) {
      const site = await serve(outDir, headers);
      try {
        const { page, errors } = await openPage(browser, `http://localhost:${site.port}/`);
        const facts = await readExample(page);
        await page.close();
        expect(errors).toEqual([]);
        const isolated = headers === ISOLATED;
        expect(facts).toMatchObject({
          ...{ state: 'Done.', same: 'the same', loaded: '1,000 vectors', count: '20,000' },
          isolated: isolated ? 'yes' : 'no',
          memory: isolated ? 'shared' : 'private',
          tier: expect.stringMatching(/^(relaxed|simd)$/),
        });
        expect(Number.parseFloat(facts.recall)).toBeGreaterThan(95);
      } finally {
        await site.close();
      }
    }
  });
});
