// The contract of file systems, kept by the machine's and by the simulated disk.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FileSystem, nodeFileSystem } from '@nigh/storage';
import { fileSystemContract, SimulatedDisk } from '@nigh/testkit';
import { describe, test } from 'vitest';

test.for(fileSystemContract)("the machine's file system $name", async ({ run }) => {
  const folder = await mkdtemp(join(tmpdir(), 'nigh-files-'));
  try {
    await run(nodeFileSystem, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

describe('the simulated disk', () => {
  test.for(fileSystemContract)('$name', async ({ run }) => {
    const disk: FileSystem = new SimulatedDisk();
    await disk.makeFolder('/data');
    await run(disk, '/data');
  });
});
