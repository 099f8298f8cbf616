// Commands after which the same must be there: checkpoints, compacting, backups, closing and
// opening, and losing the power.

import type { SurvivalMode } from '@nigh/testkit';
import fc from 'fast-check';
import { expect } from 'vitest';
import { Collection } from '../../../src/index.ts';
import { expectSame } from '../../support/compare.ts';
import { type Command, command, open } from './model.ts';

const checkpoint = (): Command =>
  command('checkpoint()', async (_, { collection, isStored }) => {
    if (!isStored) return;
    await collection.checkpoint();
    expect(collection.stats().storage?.logRecords).toBe(0);
  });

const compact = (): Command =>
  command('compact()', async ({ documents }, { collection }) => {
    await collection.compact();
    const { rows, garbage } = collection.stats();
    expect([rows, garbage]).toEqual([documents.size, 0]);
  });

const backup = (): Command =>
  command('backup()', async ({ documents, schema }, real) => {
    if (!real.isStored) return;
    const path = `/backups/${++real.backups}`;
    await real.collection.backup(path);
    const copy = await Collection.open(path, { files: real.disk, threads: 1 });
    await expectSame(copy, documents, schema);
    await copy.delete({ filter: {} });
    await copy.close();
  });

const reopen = (): Command =>
  command('close and open()', async (_, real) => {
    if (!real.isStored) return;
    await real.collection.close();
    real.collection = await open(real);
  });

/** What was acknowledged is on the disk: of the old process nothing is left. */
const crash = (mode: SurvivalMode): Command =>
  command(`cut the power(${mode})`, async (_, real) => {
    if (!real.isStored) return;
    const old = real.collection;
    real.disk = real.disk.image(mode);
    real.collection = await open(real);
    await old.close();
  });

export const KEEP_COMMANDS: readonly fc.Arbitrary<Command>[] = [
  fc.constant(null).map(checkpoint),
  fc.constant(null).map(compact),
  fc.constant(null).map(backup),
  fc.constant(null).map(reopen),
  fc.constantFrom<SurvivalMode>('kept', 'lost', 'torn', 'mixed').map(crash),
];
