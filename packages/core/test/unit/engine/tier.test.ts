import { afterEach, describe, expect, test, vi } from 'vitest';
import { detectTier, TIERS, wasmModule } from '../../../src/engine/tier.ts';

/** The tier that a fresh copy of the code detects, as in an engine without what was taken away. */
async function detectFresh(): Promise<string> {
  vi.resetModules();
  const fresh = await import('../../../src/engine/tier.ts');
  return fresh.detectTier();
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the tier', () => {
  test('is the first of relaxed, simd and javascript that runs here', () => {
    const runnable = TIERS.filter((tier) => tier === 'javascript' || wasmModule(tier));
    expect(detectTier()).toBe(runnable[0]);
    expect(TIERS).toEqual(['relaxed', 'simd', 'javascript']);
  });

  test('is simd where relaxed SIMD does not validate', async () => {
    const whole = WebAssembly;
    let asked = 0;
    vi.stubGlobal('WebAssembly', {
      Module: whole.Module,
      validate: (bytes: BufferSource): boolean => asked++ > 0 && whole.validate(bytes),
    });
    expect(await detectFresh()).toBe('simd');
  });

  test('is javascript where no module validates or there is no WebAssembly', async () => {
    vi.stubGlobal('WebAssembly', { validate: () => false });
    expect(await detectFresh()).toBe('javascript');
    vi.stubGlobal('WebAssembly', undefined);
    expect(await detectFresh()).toBe('javascript');
  });

  test('is javascript where memory cannot be shared', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    expect(await detectFresh()).toBe('javascript');
  });

  test('has a module that is compiled once, and none for javascript', () => {
    expect(wasmModule('simd')).toBe(wasmModule('simd'));
    expect(wasmModule('simd')).not.toBe(wasmModule('relaxed'));
    expect(wasmModule('javascript')).toBe(undefined);
  });
});
