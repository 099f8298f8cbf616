/**
 * A process that works on a collection until somebody kills it. Says on its standard output what it
 * is about to do and which writes were acknowledged: a line is written at once, so what was said is
 * read by the parent however the process ends.
 */
import { readFileSync, writeSync } from 'node:fs';
import { Collection } from '@nigh/collection';
import { nodeFileSystem } from '@nigh/storage';
import { CHILD_FAULTS } from './child-faults.ts';
import type { KillTask } from './kill-task.ts';
import { Ledger } from './ledger.ts';
import { drawUpkeep, MOST_IN_FLIGHT } from './upkeep.ts';
import { openOptions, perform } from './writes.ts';

const say = (line: string): void => void writeSync(1, `${line}\n`);

const task = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as KillTask;
const { folder, seed, first, state, writes, checkpoints, fault } = task;
const ledger = new Ledger(seed, first, new Map(state));
const files = CHILD_FAULTS[fault ?? '']?.(nodeFileSystem) ?? nodeFileSystem;
const checkpointAt = checkpoints ? 4096 : 2 ** 20;
const open = (): Promise<Collection> =>
  Collection.open(folder, { ...openOptions(seed), checkpointAt, files });

say('opening');
let collection = await open();
say('open');
const waiting: Promise<void>[] = [];
const settle = (): Promise<unknown> => Promise.all(waiting.splice(0));
let upkeeping: Promise<void> | undefined;
for (let i = 0; i < writes; i++) {
  const { write, number } = ledger.next();
  waiting.push(perform(collection, write, number).then(() => say(`acknowledged ${number}`)));
  const upkeep = checkpoints && i % 5 === 0 ? 'checkpoint' : drawUpkeep(seed, number);
  if (upkeep === 'reopen') {
    await Promise.all([settle(), upkeeping]);
    say('begins reopen');
    await collection.close();
    collection = await open();
    say('ends reopen');
  } else if ((upkeep === 'checkpoint' || upkeep === 'compact') && upkeeping === undefined) {
    say(`begins ${upkeep}`);
    upkeeping = collection[upkeep]().then(() => {
      say(`ends ${upkeep}`);
      upkeeping = undefined;
    });
  }
  if (waiting.length === MOST_IN_FLIGHT) await settle();
}
await Promise.all([settle(), upkeeping]);
await collection.close();
say('closed');
