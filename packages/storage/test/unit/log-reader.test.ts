// Reading logs that somebody has made up to keep a reader busy.

import { describe, expect, test } from 'vitest';
import { crc32 } from '../../src/crc32.ts';
import type { File } from '../../src/file-system.ts';
import {
  chainRecord,
  coveredBytes,
  encodeRecord,
  LOG_HEADER_BYTES,
  RECORD_HEADER_BYTES,
  setCrc,
} from '../../src/log-format.ts';
import { LogReader } from '../../src/log-reader.ts';

const SALT = 7;

function readerOf(bytes: Uint8Array): LogReader {
  const file: Partial<File> = {
    read: async (target, position) => {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
  };
  return new LogReader(file as File, bytes.length, 0, SALT);
}

describe('a log', () => {
  test('whose records are proven one by one, long after, is read in proportion', async () => {
    const count = 200_000;
    const bytes = new Uint8Array(LOG_HEADER_BYTES + count * RECORD_HEADER_BYTES);
    let previous = SALT;
    for (let i = 0; i < count; i++) {
      const record = encodeRecord(0, i + 1, []);
      chainRecord(record, previous, Math.min(i + 1, count / 2));
      previous = crc32(coveredBytes(record), SALT);
      setCrc(record, previous);
      bytes.set(record, LOG_HEADER_BYTES + i * RECORD_HEADER_BYTES);
    }
    const reader = readerOf(bytes);
    while ((await reader.next()) !== undefined);
    expect(reader.count).toBe(count);
    expect(reader.proven).toBe(LOG_HEADER_BYTES + (count / 2) * RECORD_HEADER_BYTES);
  });

  test('full of what may be proofs and is none lets others run, and proves nothing', async () => {
    const bytes = new Uint8Array(6 * 2 ** 20);
    const half = bytes.length / 2;
    for (let at = LOG_HEADER_BYTES; at < half; at += RECORD_HEADER_BYTES) {
      const record = encodeRecord(0, 2, []);
      new DataView(record.buffer).setUint32(4, half, true); // its length
      bytes.set(record, at);
    }
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns++;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    const proof = await readerOf(bytes).findProof();
    isOver = true;
    expect(proof).toBeUndefined();
    expect(turns).toBeGreaterThan(10); // 48 MiB of checksums, 4 MiB a turn
  });
});
