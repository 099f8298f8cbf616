import { describe, expect, test } from 'vitest';
import { allocateMemory, MEMORY_KINDS } from '../../../src/memory/segment-memory.ts';

describe('the memory of a segment', () => {
  test.each(MEMORY_KINDS)('of kind %s is zeroed and large enough', (kind) => {
    const memory = allocateMemory(kind, 100_001, 1e9);
    expect(memory.kind).toBe(kind);
    expect(memory.buffer.byteLength).toBeGreaterThanOrEqual(100_001);
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
    expect(memory.wasm !== undefined).toBe(kind === 'wasm');
    expect(memory.buffer instanceof SharedArrayBuffer).toBe(kind !== 'private');
  });

  test.each(MEMORY_KINDS)('of kind %s is refused beyond what there is', (kind) => {
    expect(() => allocateMemory(kind, 3_000_000_000, 2e9)).toThrow(
      expect.objectContaining({
        code: 'OUT_OF_MEMORY',
        message: expect.stringContaining('3.00 GB of 2.00 GB'),
        details: { bytes: 3_000_000_000, available: 2e9 },
      }),
    );
  });

  test.each(MEMORY_KINDS)('of kind %s that cannot be had is a typed error, too', (kind) => {
    expect(() => allocateMemory(kind, 2 ** 60, Number.POSITIVE_INFINITY)).toThrow(
      expect.objectContaining({ code: 'OUT_OF_MEMORY', cause: expect.any(Error) }),
    );
  });
});
