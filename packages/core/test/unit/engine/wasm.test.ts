// The generated modules are what the sources compile to now: whoever changes src/hot or assembly
// and forgets to build would otherwise ship and test the old code.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyPatch, wasmBytes } from '../../../src/engine/wasm-bytes.ts';
import * as hot from '../../../src/hot/index.ts';

const script = (name: string): string => new URL(`../../../scripts/${name}`, import.meta.url).href;

interface BuildScript {
  compile(tier: 'relaxed' | 'simd'): Promise<Uint8Array>;
}

interface PatchScript {
  makePatch(base: Buffer, target: Buffer): Buffer;
}

const { compile } = (await import(script('build-wasm.mjs'))) as BuildScript;
const { makePatch } = (await import(script('wasm-patch.mjs'))) as PatchScript;

describe.each(['relaxed', 'simd'] as const)('the module of %s', (tier) => {
  test('is what the sources compile to; if not, run npm run build:wasm', async () => {
    // Compared as a whole: a difference of two texts of digits says nothing.
    expect(Buffer.compare(wasmBytes(tier), await compile(tier))).toBe(0);
  }, 60_000);

  test('has the functions of the JavaScript target', () => {
    const module = new WebAssembly.Module(wasmBytes(tier));
    const functions = WebAssembly.Module.exports(module).filter(({ kind }) => kind === 'function');
    expect(functions.map(({ name }) => name).sort()).toEqual(Object.keys(hot).sort());
    expect(WebAssembly.Module.imports(module)).toEqual([
      { module: 'env', name: 'memory', kind: 'memory' },
    ]);
  });
});

test('a patch makes any bytes of any others', () => {
  const bytes = fc.uint8Array({ maxLength: 300, max: 3 }); // few values, so that much matches
  const pieces = fc.array(fc.tuple(fc.nat(1_000), fc.nat(400), bytes), { maxLength: 8 });
  const long = fc.uint8Array({ minLength: 1_000, maxLength: 2_000 });
  fc.assert(
    fc.property(long, pieces, (base, copies) => {
      const target = Buffer.concat(
        copies.flatMap(([from, length, between]) => [base.subarray(from, from + length), between]),
      );
      const patch = new Uint8Array(makePatch(Buffer.from(base), target));
      expect(Buffer.compare(applyPatch(new Uint8Array(base), patch), target)).toBe(0);
    }),
  );
});
