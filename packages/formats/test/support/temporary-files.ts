// Files of tests, in a folder that is gone after each test.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** A fresh folder for each test; returns a function that writes a file in it and gives its path. */
export function temporaryFiles(): (name: string, bytes: Uint8Array | string) => Promise<string> {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nigh-formats-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return async (name, bytes) => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };
}
