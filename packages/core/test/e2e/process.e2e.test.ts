// A program that uses an index ends when its own work is done, whether or not it closed the index,
// and also after an aborted build: idle threads must not keep a process alive.

import { expect, test } from 'vitest';
import { runProgram } from './support/programs.ts';

test.each([
  ['closes its index', 'close'],
  ['never closes its index', 'leave'],
  ['aborted a build', 'abort'],
  ['closed an index while it was built', 'close-early'],
  ['closed while a batch was searched', 'close-batch'],
  ['has a failing progress callback', 'bad-progress'],
])('a program ends by itself that %s', async (_, mode) => {
  const { exitCode, stderr, lines, hung } = await runProgram('short-program.ts', { args: [mode] });
  expect({ hung, exitCode, stderr }).toEqual({ hung: false, exitCode: 0, stderr: '' });
  const [{ workDone, sinceWork }] = lines;
  expect(workDone).toBe(true);
  expect(sinceWork).toBeLessThan(5000);
});
