// The generated modules are what the sources compile to now: whoever changes src/hot or assembly
// and forgets to build would otherwise ship and test the old code.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { relaxedWasm, simdWasm } from '../../../src/engine/wasm.generated.ts';
import * as hot from '../../../src/hot/index.ts';

const script = new URL('../../../scripts/build-wasm.mjs', import.meta.url).href;
const generated = new URL('../../../src/engine/wasm.generated.ts', import.meta.url);

interface BuildScript {
  generate(): Promise<string>;
}

test('the modules are what the sources compile to; if not, run npm run build:wasm', async () => {
  const { generate } = (await import(script)) as BuildScript;
  const text = await generate();
  // Compared as a whole first: a difference of two base64 texts says nothing.
  expect(text === readFileSync(generated, 'utf8')).toBe(true);
}, 60_000);

test.each([relaxedWasm, simdWasm])(
  'a module has the functions of the JavaScript target',
  (text) => {
    const module = new WebAssembly.Module(Buffer.from(text, 'base64'));
    const functions = WebAssembly.Module.exports(module).filter(({ kind }) => kind === 'function');
    expect(functions.map(({ name }) => name).sort()).toEqual(Object.keys(hot).sort());
    expect(WebAssembly.Module.imports(module)).toEqual([
      { module: 'env', name: 'memory', kind: 'memory' },
    ]);
  },
);
