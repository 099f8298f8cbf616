import { describe, expect, test } from 'vitest';
import {
  allocateMemory,
  MEMORY_KINDS,
  type WantedMemory,
} from '../../../src/memory/segment-memory.ts';

const WANTED: readonly WantedMemory[] = MEMORY_KINDS.flatMap((kind) =>
  [true, false].map((wasm) => ({ kind, wasm })),
);

describe.each(WANTED)(
  'the memory of a segment of kind $kind, for WebAssembly: $wasm,',
  (wanted) => {
    const { kind, wasm } = wanted;

    test('is zeroed and large enough', () => {
      const memory = allocateMemory(wanted, 100_001, 1e9);
      expect(memory.kind).toBe(kind);
      expect(memory.buffer.byteLength).toBeGreaterThanOrEqual(100_001);
      expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
      expect(memory.wasm?.buffer).toBe(wasm ? memory.buffer : undefined);
      expect(memory.buffer instanceof SharedArrayBuffer).toBe(kind === 'shared');
    });

    test('is refused beyond what there is', () => {
      expect(() => allocateMemory(wanted, 3_000_000_000, 2e9)).toThrow(
        expect.objectContaining({
          code: 'OUT_OF_MEMORY',
          message: expect.stringContaining('3.00 GB of 2.00 GB'),
          details: { bytes: 3_000_000_000, available: 2e9 },
        }),
      );
    });

    test('that cannot be had is a typed error, too', () => {
      expect(() => allocateMemory(wanted, 2 ** 60, Number.POSITIVE_INFINITY)).toThrow(
        expect.objectContaining({ code: 'OUT_OF_MEMORY', cause: expect.any(Error) }),
      );
    });
  },
);
