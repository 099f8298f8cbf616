/**
 * A process that works on a collection until somebody kills it. Says on its standard output what it
 * is about to do and which writes were acknowledged: a line is written at once, so what was said is
 * read by the parent however the process ends.
 */
import { readFileSync, writeSync } from 'node:fs';
import { Collection } from '@nigh/collection';
import { type KillTask, MOST_IN_FLIGHT } from './kill-task.ts';
import { Ledger, OPEN_OPTIONS, perform } from './ledger.ts';
import { drawUpkeep, performUpkeep } from './upkeep.ts';

const say = (line: string): void => void writeSync(1, `${line}\n`);

const task = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as KillTask;
const { folder, seed, first, state, writes, checkpoints } = task;
const ledger = new Ledger(seed, first, new Map(state));
say('opening');
const open = (): Promise<Collection> =>
  Collection.open(folder, { ...OPEN_OPTIONS, checkpointAt: checkpoints ? 4096 : 2 ** 20 });
let collection = await open();
say('open');
const waiting: Promise<void>[] = [];
for (let i = 0; i < writes; i++) {
  const { write, number } = ledger.next();
  waiting.push(perform(collection, write, number).then(() => say(`acknowledged ${number}`)));
  if (waiting.length === MOST_IN_FLIGHT) await Promise.all(waiting.splice(0));
  const upkeep = checkpoints && i % 5 === 0 ? 'checkpoint' : drawUpkeep(seed, number);
  if (!upkeep) continue;
  await Promise.all(waiting.splice(0));
  say(`begins ${upkeep}`);
  collection = await performUpkeep(upkeep, collection, open);
}
await Promise.all(waiting);
await collection.close();
say('closed');
