// Commands that leave the vectors as they are: consolidating, rebuilding, linking, saving, loading.

import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { VectorIndex } from '../../../src/index.ts';
import { type Command, closeReaders, command, pickNodes, rowsOf, settle, wait } from './model.ts';

const consolidate = (isAwaited: boolean): Command =>
  command(`consolidate(${isAwaited ? '' : 'pending'})`, async (_, real) => {
    const wasIdle = real.pending.length === 0;
    await wait(real, isAwaited, real.index.consolidate());
    // What was removed before is gone, unless something was removed since.
    if (isAwaited && wasIdle) expect(real.index.stats().removed).toBe(0);
  });

const link = (rebuild: 'auto' | 'now', isAwaited: boolean): Command =>
  command(`link(${rebuild}${isAwaited ? '' : ', pending'})`, async (_, real) => {
    await wait(real, isAwaited, real.index.link({ rebuild }));
  });

const settleAll = (): Command =>
  command('settle()', async (_, real) => {
    expect(await settle(real)).toEqual([]);
  });

/** A consolidation that is aborted, or not, changes no answer. */
const abortConsolidation = (turns: number): Command =>
  command(`abort a consolidation(${turns})`, async (_, { index }) => {
    const abort = new AbortController();
    const running = index.consolidate({ signal: abort.signal }).catch((error: unknown) => error);
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    const outcome = await running;
    if (outcome !== undefined) expect(outcome).toMatchObject({ code: 'ABORTED' });
  });

const saveAndLoad = (): Command =>
  command('save and load', async (_, real) => {
    const path = join(real.folder, 'living.nigh');
    await settle(real);
    await real.index.save(path);
    const { count, removed, linked, segments, calibrated } = real.index.stats();
    await closeReaders(real);
    await real.index.close();
    real.index = await VectorIndex.load(path, { threads: real.threads });
    const expected = { count, removed, linked, segments, calibrated };
    expect(real.index.stats()).toMatchObject(expected);
  });

/** Saves while vectors are added, updated and removed: the file is the index at some moment. */
const saveMeanwhile = (seed: number, turns: number): Command =>
  command(`save meanwhile(${seed}, ${turns})`, async (model, real) => {
    const path = join(real.folder, 'meanwhile.nigh');
    const { index } = real;
    const saving = index.save(path);
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
    const gone = pickNodes(model, seed, 2);
    expect(index.remove(gone)).toBe(gone.length);
    for (const node of gone) model.live.delete(node);
    const moved = pickNodes(model, seed + 1, 2);
    const rows = rowsOf(model, { kind: 'gaussian', count: moved.length, seed });
    const updating = index.update(
      moved,
      rows.map((row) => [...row]),
    );
    for (const [i, node] of moved.entries()) model.live.set(node, rows[i]);
    await wait(real, false, updating);
    await saving;
    const loaded = await VectorIndex.load(path, { threads: 1 });
    expect(loaded.verify()).toEqual([]);
    const known = (node: number): boolean => model.live.has(node) || gone.includes(node);
    expect([...loaded.nodes()].filter((node) => !known(node))).toEqual([]);
    await loaded.close();
  });

export const UPKEEP_COMMANDS: readonly fc.Arbitrary<Command>[] = [
  fc.boolean().map(consolidate),
  fc
    .tuple(fc.constantFrom('auto' as const, 'now' as const), fc.boolean())
    .map((args) => link(...args)),
  fc.constant(null).map(settleAll),
  fc.nat(6).map(abortConsolidation),
  fc.constant(null).map(saveAndLoad),
  fc.tuple(fc.nat(1000), fc.nat(8)).map((args) => saveMeanwhile(...args)),
];
