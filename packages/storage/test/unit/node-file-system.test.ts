// Files of the machine that nobody closed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { nodeFileSystem } from '@nigh/storage';
import { expect, onTestFinished, test } from 'vitest';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('a file that nobody refers to any more stays open, and is not collected', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nigh-open-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const warnings: string[] = [];
  const onWarning = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));

  await nodeFileSystem.open(join(folder, 'lost'), 'create'); // and let go of
  for (let i = 0; i < 5; i++) {
    await setTimeout(10);
    collectGarbage();
  }
  await setTimeout(10);
  expect(warnings).toEqual([]);
});
