// Snapshot files for tests: a folder that goes away, indexes as bytes, and what a load came to. A
// newcomer would let a rejected load throw: mass runs compare short texts and expect once.

import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type LoadOptions, VectorIndex, VectorIndexError } from '../../../src/index.ts';

/** A folder of the test file's own, removed after its last test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nigh-core-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What `save` writes. */
export async function savedBytes(index: VectorIndex, folder: string): Promise<Uint8Array> {
  const path = join(folder, 'saved-bytes');
  await index.save(path);
  return new Uint8Array(readFileSync(path));
}

/** The code of an error of ours; anything else in words, so that it equals no code. */
export function codeOf(error: unknown): string {
  if (error instanceof VectorIndexError) return error.code;
  return `untyped ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** Loads without workers, in the memory that is cheapest to reserve many times. */
export const QUICK: LoadOptions = { tier: 'javascript', memory: 'private', threads: 1 };

/** The code a load is refused with, or 'loaded'. */
export async function loadOutcome(path: string, options: LoadOptions = QUICK): Promise<string> {
  try {
    const index = await VectorIndex.load(path, options);
    await index.close();
    return 'loaded';
  } catch (error) {
    return codeOf(error);
  }
}

/** A file that is rewritten in place many times: opening and syncing it anew would take longer. */
export class RewrittenFile {
  readonly path: string;
  readonly #fd: number;

  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, 'w+');
  }

  /** Makes the file these bytes and nothing else. */
  write(bytes: Uint8Array): void {
    ftruncateSync(this.#fd, bytes.length);
    writeSync(this.#fd, bytes, 0, bytes.length, 0);
  }

  /** Changes one byte. */
  setByte(offset: number, byte: number): void {
    writeSync(this.#fd, Uint8Array.of(byte), 0, 1, offset);
  }

  /** Cuts the file. */
  truncate(length: number): void {
    ftruncateSync(this.#fd, length);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
