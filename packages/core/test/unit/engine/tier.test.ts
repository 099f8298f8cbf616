import { afterEach, describe, expect, test, vi } from 'vitest';
import { detectTier, TIERS, wasmModule } from '../../../src/engine/tier.ts';
import { MEMORY_KINDS, type MemoryKind } from '../../../src/memory/segment-memory.ts';

/** The tier that a fresh copy of the code detects, as in an engine without what was taken away. */
async function detectFresh(memory: MemoryKind): Promise<string> {
  vi.resetModules();
  const fresh = await import('../../../src/engine/tier.ts');
  return fresh.detectTier(memory);
}

/** Makes WebAssembly compile what `compiles` says, by how many modules were tried before. */
function stubCompiler(compiles: (tried: number) => boolean): void {
  const { Module, CompileError } = WebAssembly;
  let tried = 0;
  class Choosy extends Module {
    constructor(bytes: BufferSource) {
      if (!compiles(tried++)) throw new CompileError('not here');
      super(bytes);
    }
  }
  vi.stubGlobal('WebAssembly', { Module: Choosy, CompileError });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe.each(MEMORY_KINDS)('the tier on %s memory', (memory) => {
  test('is the first of relaxed, simd and javascript that runs here', () => {
    const runnable = TIERS.filter((tier) => tier === 'javascript' || wasmModule(tier, memory));
    expect(detectTier(memory)).toBe(runnable[0]);
    expect(TIERS).toEqual(['relaxed', 'simd', 'javascript']);
  });

  test('is simd where relaxed SIMD does not compile', async () => {
    stubCompiler((tried) => tried > 0);
    expect(await detectFresh(memory)).toBe('simd');
  });

  test('is javascript where nothing may be compiled or there is no WebAssembly', async () => {
    stubCompiler(() => false);
    expect(await detectFresh(memory)).toBe('javascript');
    vi.stubGlobal('WebAssembly', undefined);
    expect(await detectFresh(memory)).toBe('javascript');
  });

  test('has a module that is compiled once, and none for javascript', () => {
    expect(wasmModule('simd', memory)).toBe(wasmModule('simd', memory));
    expect(wasmModule('simd', memory)).not.toBe(wasmModule('relaxed', memory));
    expect(wasmModule('javascript', memory)).toBe(undefined);
  });
});

test('other errors than of compiling are not taken for a tier that is missing', async () => {
  stubCompiler(() => {
    throw new RangeError('out of memory');
  });
  await expect(detectFresh('shared')).rejects.toThrow(RangeError);
});
