import { crc32 as crc32OfNode } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32, crc32ByTable } from '../../../src/snapshot/crc32.ts';

const bytes = fc.uint8Array({ maxLength: 2000 });

test('the checksum by table is that of zlib, in one piece or in several', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 5 }), (pieces) => {
      const whole = crc32OfNode(Buffer.concat(pieces));
      const inPieces = pieces.reduce((crc, piece) => crc32ByTable(piece, crc), 0);
      expect(inPieces).toBe(whole);
      expect(crc32ByTable(Buffer.concat(pieces))).toBe(whole);
      expect(pieces.reduce((crc, piece) => crc32(piece, crc), 0)).toBe(whole);
    }),
    { numRuns: 500 },
  );
});

test('one flipped bit is another checksum', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 500 }), fc.nat(), (data, bit) => {
      const damaged = data.slice();
      damaged[(bit >> 3) % data.length] ^= 1 << (bit & 7);
      expect(crc32ByTable(damaged)).not.toBe(crc32ByTable(data));
    }),
    { numRuns: 500 },
  );
});
