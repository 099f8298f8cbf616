import { expect, test } from 'vitest';
import { WriteQueue } from '../../../src/write/write-queue.ts';

test('writes run one after another, in order, also after a failure', async () => {
  const queue = new WriteQueue();
  const log: string[] = [];
  const step =
    (name: string, fails = false) =>
    async (): Promise<string> => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const runs = [queue.run(step('a')), queue.run(step('b', true)), queue.run(step('c'))];
  const outcomes = Promise.allSettled(runs);
  await queue.idle();
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect((await outcomes).map((one) => one.status)).toEqual([
    ...['fulfilled', 'rejected', 'fulfilled'],
  ]);
});
