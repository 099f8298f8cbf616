// Commands that open readers beside the index: snapshots, which stay as they were, and attached
// indexes, which follow. Both are looked at after every command, until they are closed.

import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { VectorIndex } from '../../../src/index.ts';
import { type Command, checkReader, command, copyOf, type Real, settle } from './model.ts';

/** Readers of a kind that are open at once, at most: each takes scratch blocks. */
const MOST = 3;

const snapshot = (): Command =>
  command('snapshot()', async (model, real) => {
    if (real.snapshots.length === MOST) await real.snapshots.shift()?.index.close();
    const taken = await real.index.snapshot();
    real.snapshots.push({ index: taken, model: copyOf(model) });
  });

/** Saves a snapshot while the index goes on, and loads that. */
const saveSnapshot = (): Command =>
  command('save a snapshot()', async (_, real) => {
    const last = real.snapshots.at(-1);
    if (!last) return;
    const path = join(real.folder, 'snapshot.nigh');
    const consolidating = real.index.consolidate();
    await last.index.save(path);
    await consolidating;
    const loaded = await VectorIndex.load(path, { threads: 1 });
    checkReader(last.model, loaded);
    expect(loaded.verify()).toEqual([]);
    await loaded.close();
  });

const closeSnapshot = (): Command =>
  command('close a snapshot()', async (_, real) => {
    await real.snapshots.shift()?.index.close();
  });

const attach = (isOfSnapshot: boolean): Command =>
  command(`attach(${isOfSnapshot ? 'to a snapshot' : ''})`, async (model, real: Real) => {
    const last = real.snapshots.at(-1);
    if (isOfSnapshot && last) {
      const attached = VectorIndex.attach(last.index.share());
      checkReader(last.model, attached);
      await attached.close();
      return;
    }
    if (real.attached.length === MOST) await real.attached.shift()?.close();
    const attached = VectorIndex.attach(real.index.share());
    checkReader(model, attached);
    real.attached.push(attached);
  });

const closeAttached = (): Command =>
  command('close an attached index()', async (_, real) => {
    await real.attached.shift()?.close();
    if (real.pending.length === 0) expect(await settle(real)).toEqual([]);
  });

export const READER_COMMANDS: readonly fc.Arbitrary<Command>[] = [
  fc.constant(null).map(snapshot),
  fc.constant(null).map(saveSnapshot),
  fc.constant(null).map(closeSnapshot),
  fc.boolean().map(attach),
  fc.constant(null).map(closeAttached),
];
