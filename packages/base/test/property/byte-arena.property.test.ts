// The arena against one long Buffer. Records are long enough to cross from block to block.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteArena } from '../../src/index.ts';

const BLOCK = 2 ** 20;

/** Bytes that differ by place, so that nothing can be mistaken for something else. */
function bytesOf(length: number, start: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (7 * (start + i) + (i >>> 8)) % 251));
}

/** The arrays of an arena's image, in order. */
function blocksOf(arena: ByteArena): Uint8Array[] {
  return Object.values(arena.image().arrays) as Uint8Array[];
}

const length = fc.oneof(
  fc.nat({ max: 50 }),
  fc.constantFrom(0, 1, BLOCK - 1, BLOCK, BLOCK + 1),
  fc.nat({ max: 3 * BLOCK }),
);

test('what was appended is read, at every place and of every length', () => {
  const place = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), length);
  const scenario = fc.tuple(
    fc.array(length, { maxLength: 6 }),
    fc.array(place),
    fc.nat({ max: 6 }),
  );
  fc.assert(
    fc.property(scenario, ([lengths, places, takenOverAt]) => {
      let arena = new ByteArena();
      let model = Buffer.alloc(0);
      lengths.forEach((count, i) => {
        if (i === takenOverAt) arena = ByteArena.load(arena.image());
        const bytes = bytesOf(count, i);
        expect(arena.append(bytes)).toBe(model.length);
        model = Buffer.concat([model, bytes]);
      });
      expect(arena.length).toBe(model.length);
      expect(Buffer.concat(blocksOf(arena)).equals(model)).toBe(true);
      for (const [share, count] of places) {
        const position = Math.floor(share * model.length);
        const end = Math.min(model.length, position + count);
        const read = arena.read(position, end - position);
        expect(Buffer.compare(read, model.subarray(position, end))).toBe(0);
      }
    }),
    { numRuns: 60 },
  );
});
