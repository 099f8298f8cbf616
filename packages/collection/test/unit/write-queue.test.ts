// The queue of writes alone: a journal that the test holds, and what is begun and applied when.

import { describe, expect, test } from 'vitest';
import { type LogRecord, RecordType } from '../../src/write/log-records.ts';
import { type Journal, WriteQueue } from '../../src/write/write-queue.ts';

/** A record whose type tells it from others here. */
const record = (number: number): LogRecord => ({ type: number, parts: [] }) as unknown as LogRecord;

interface Held extends Journal {
  readonly appended: number[];
}

/** A journal that has what it is given at once, or after some turns of the microtask queue. */
function journal(turns = 0, failsAt = Number.POSITIVE_INFINITY): Held {
  const appended: number[] = [];
  return {
    appended,
    append: async (type) => {
      appended.push(type);
      const count = appended.length;
      for (let i = 0; i < turns; i++) await null;
      if (count >= failsAt) throw new Error('the disk is full');
      return count;
    },
  };
}

describe('writes', () => {
  test.for([0, 1, 5])('begin in the order of the calls, whenever those are (%i)', async (turns) => {
    const log = journal(turns);
    const queue = new WriteQueue(log);
    const called: number[] = [];
    const applied: number[] = [];
    const pending: Promise<unknown>[] = [];
    const write = (): void => {
      const number = called.push(called.length);
      pending.push(queue.write(record(number), () => applied.push(number)));
    };
    const writeAlone = (): void => {
      const number = called.push(called.length);
      pending.push(queue.alone((begin) => begin(record(number), () => applied.push(number))));
    };
    for (let i = 0; i < 40; i++) {
      if (i % 7 === 0) writeAlone();
      write();
      for (let j = 0; j < i % 5; j++) await null; // any moment between two steps of the queue
      if (i % 3 === 0) write();
    }
    await Promise.all(pending);
    await queue.idle();
    const wanted = called.map((number) => number + 1);
    expect(log.appended).toEqual(wanted);
    expect(applied).toEqual(wanted);
  });

  test('begin in the order of the calls also at the end of one alone', async () => {
    for (let turns = 0; turns < 30; turns++) {
      const log = journal();
      const queue = new WriteQueue(log);
      const write = (number: number): Promise<void> => queue.write(record(number), () => undefined);
      const alone = queue.alone(async () => undefined);
      const waiting = write(1);
      for (let i = 0; i < turns; i++) await null;
      await Promise.all([write(2), alone, waiting]);
      expect(log.appended, `after ${turns} turns`).toEqual([1, 2]);
    }
  });

  test('go to the journal together, and are applied one after the other', async () => {
    const log = journal(20);
    const queue = new WriteQueue(log);
    let running = 0;
    const apply = async (): Promise<void> => {
      expect(++running).toBe(1);
      await null;
      running--;
    };
    const writes = [1, 2, 3].map((number) => queue.write(record(number), apply));
    expect(log.appended).toEqual([1, 2, 3]);
    await Promise.all(writes);
  });

  test('that wait for one alone go to the journal together', async () => {
    const log = journal(0);
    const queue = new WriteQueue(log);
    let count = 0;
    const alone = queue.alone(async () => {
      for (let i = 0; i < 50; i++) await null;
      count = log.appended.length;
    });
    const writes = [1, 2, 3].map((number) => queue.write(record(number), () => undefined));
    await alone;
    expect(count).toBe(0);
    await Promise.all(writes);
    expect(log.appended).toEqual([1, 2, 3]);
  });

  test('that the journal does not take are not applied, and those after them neither', async () => {
    const queue = new WriteQueue(journal(2, 3));
    const applied: number[] = [];
    const writes = [1, 2, 3, 4].map((number) =>
      queue.write(record(number), () => applied.push(number)),
    );
    const settled = await Promise.allSettled(writes);
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(applied).toEqual([1, 2]);
    await expect(queue.alone(async () => 'still')).resolves.toBe('still');
    await queue.idle();
  });

  test('that were logged and could not be applied end all writing', async () => {
    const log = journal();
    const queue = new WriteQueue(log);
    const failing = queue.write(record(RecordType.documents), () => {
      throw new Error('no memory');
    });
    const next = queue.write(record(2), () => 'applied');
    const wanted = { code: 'COLLECTION_FAILED', cause: { message: 'no memory' } };
    await expect(failing).rejects.toMatchObject(wanted);
    await expect(next).rejects.toMatchObject(wanted);
    await expect(queue.write(record(3), () => 'applied')).rejects.toMatchObject(wanted);
    await expect(queue.alone((begin) => begin(record(4), () => 1))).rejects.toMatchObject(wanted);
    expect(log.appended).toEqual([1, 2]);
    expect(queue.failure).toMatchObject(wanted);
  });

  test('one alone meets what was asked for before it, and nothing else', async () => {
    const queue = new WriteQueue(journal(3));
    const applied: number[] = [];
    const write = (number: number): Promise<number> =>
      queue.write(record(number), () => applied.push(number));
    const before = [write(1), write(2)];
    const seen: number[][] = [];
    const alone = queue.alone(async () => {
      seen.push([...applied]);
      for (let i = 0; i < 30; i++) await null;
      seen.push([...applied]);
    });
    const after = write(3);
    await Promise.all([...before, alone, after]);
    expect(seen).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(applied).toEqual([1, 2, 3]);
  });

  test('one alone that fails lets the next have its turn', async () => {
    const queue = new WriteQueue(journal());
    const failing = queue.alone(async () => {
      throw new Error('mine');
    });
    const next = queue.write(record(1), () => 'applied');
    await expect(failing).rejects.toThrow('mine');
    await expect(next).resolves.toBe('applied');
  });
});

test('a write that cannot be logged lets the one before have its turn to the end', async () => {
  const log: Journal = {
    append: (type) => (type === 2 ? Promise.reject(new Error('too large')) : Promise.resolve(type)),
  };
  const queue = new WriteQueue(log);
  const seen: string[] = [];
  const first = queue.write(record(1), async () => {
    seen.push('1 begins');
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    seen.push('1 ends');
  });
  const second = queue.write(record(2), () => seen.push('2'));
  const third = queue.write(record(3), () => seen.push('3'));
  const alone = queue.alone(async () => seen.push('alone'));
  await expect(second).rejects.toThrow('too large');
  await Promise.all([first, third, alone]);
  expect(seen).toEqual(['1 begins', '1 ends', '3', 'alone']);
});
