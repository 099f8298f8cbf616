// Commands that change the index: adds, updates, removals, and calls that must be refused.

import fc from 'fast-check';
import { expect } from 'vitest';
import type { AddOptions } from '../../../src/write/write-options.ts';
import {
  type Command,
  command,
  type Drawn,
  drawn,
  flat,
  liveNodes,
  type Model,
  pickNodes,
  type Real,
  rowsOf,
  wait,
} from './model.ts';

type Rebuild = NonNullable<AddOptions['rebuild']>;

/** How a write is asked for. */
interface Manner {
  readonly isAwaited: boolean;
  readonly rebuild: Rebuild;
}

const manner: fc.Arbitrary<Manner> = fc.record({
  isAwaited: fc.boolean(),
  rebuild: fc.constantFrom<Rebuild>('auto', 'auto', 'never', 'now'),
});

const show = (...args: unknown[]): string => args.map((arg) => fc.stringify(arg)).join(', ');

async function addRows(
  model: Model,
  real: Real,
  rows: readonly Float32Array[],
  { isAwaited, rebuild }: Manner,
): Promise<void> {
  const first = model.nextNode;
  const input = rows.length % 2 === 0 ? flat(rows, model.dimension) : rows.map((row) => [...row]);
  const adding = real.index.add(input, { rebuild });
  for (const [i, row] of rows.entries()) model.live.set(first + i, row);
  model.nextNode += rows.length;
  const told = adding.then((added) => expect(added).toEqual({ first, count: rows.length }));
  await wait(real, isAwaited, told);
}

const add = (vectors: Drawn, how: Manner): Command =>
  command(`add(${show(vectors, how)})`, async (model, real) => {
    await addRows(model, real, rowsOf(model, vectors), how);
  });

/** Adds vectors and leaves them unlinked. */
const addUnlinked = (vectors: Drawn, turns: number): Command =>
  command(`add unlinked(${show(vectors, turns)})`, async (model, real) => {
    const rows = rowsOf(model, vectors);
    const abort = new AbortController();
    const { signal } = abort;
    const adding = real.index.add(flat(rows, model.dimension), { signal }).catch((e: unknown) => e);
    for (const [i, row] of rows.entries()) model.live.set(model.nextNode + i, row);
    model.nextNode += rows.length;
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    const outcome = await adding;
    if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'ABORTED' });
  });

/** Adds vectors that are there already. */
const addCopies = (seed: number, count: number, how: Manner): Command =>
  command(`add copies(${show(seed, count, how)})`, async (model, real) => {
    const nodes = pickNodes(model, seed, Math.min(count, 5));
    if (nodes.length === 0) return;
    const rows = Array.from({ length: count }, (_, i) => model.live.get(nodes[i % nodes.length]));
    await addRows(model, real, rows as Float32Array[], how);
  });

/** Reserves and commits; what happens in between must not disturb it. */
const reserveAndCommit = (
  vectors: Drawn,
  meanwhile: 'remove' | 'consolidate' | 'nothing',
): Command =>
  command(`reserve, ${meanwhile}, commit(${show(vectors)})`, async (model, real) => {
    const { index } = real;
    const count = Math.min(vectors.count + 1, index.available);
    const rows = rowsOf(model, { ...vectors, count });
    const floats = flat(rows, model.dimension);
    index.reserve(rows.length).set(floats);
    if (meanwhile !== 'nothing') {
      const nodes = pickNodes(model, vectors.seed % 1000, 3);
      expect(index.remove(nodes)).toBe(nodes.length);
      for (const node of nodes) model.live.delete(node);
    }
    if (meanwhile === 'consolidate') await index.consolidate();
    const first = model.nextNode;
    const committing = index.commit();
    for (const [i, row] of rows.entries()) model.live.set(first + i, row);
    model.nextNode += rows.length;
    expect(await committing).toEqual({ first, count: rows.length });
  });

const update = (seed: number, vectors: Drawn, how: Manner): Command =>
  command(`update(${show(seed, vectors, how)})`, async (model, real) => {
    const nodes = pickNodes(model, seed, vectors.count);
    const rows = rowsOf(model, { ...vectors, count: nodes.length });
    const { isAwaited, rebuild } = how;
    const given = nodes.length === 1 ? nodes[0] : Uint32Array.from(nodes);
    const updating = real.index.update(given, flat(rows, model.dimension), { rebuild });
    for (const [i, node] of nodes.entries()) model.live.set(node, rows[i]);
    await wait(real, isAwaited, updating);
  });

/** Which of the live nodes, ascending, are removed. */
type Which = 'one' | 'some' | 'first half' | 'last half' | 'every other' | 'all';
const WHICH: readonly Which[] = ['one', 'some', 'first half', 'last half', 'every other', 'all'];

function choose(model: Model, which: Which, seed: number): number[] {
  const nodes = liveNodes(model);
  const half = nodes.length >> 1;
  if (which === 'one') return pickNodes(model, seed, 1);
  if (which === 'some') return pickNodes(model, seed, 1 + (seed % 40));
  if (which === 'first half') return nodes.slice(0, half);
  if (which === 'last half') return nodes.slice(half).reverse();
  return which === 'all' ? nodes : nodes.filter((_, i) => i % 2 === seed % 2);
}

const remove = (which: Which, seed: number): Command =>
  command(`remove(${show(which, seed)})`, (model, { index }) => {
    const nodes = choose(model, which, seed);
    expect(index.remove(nodes.length === 1 ? nodes[0] : nodes)).toBe(nodes.length);
    for (const node of nodes) model.live.delete(node);
  });

/** Calls that name a node that is not there, or have a bad row; nothing may change. */
const refused = (seed: number): Command =>
  command(`refused(${seed})`, async (model, { index }) => {
    const gone = Array.from({ length: model.nextNode }, (_, node) => node).find(
      (node) => !model.live.has(node),
    );
    const missing = gone !== undefined && seed % 2 === 0 ? gone : model.nextNode;
    const [row] = rowsOf(model, { kind: 'gaussian', count: 1, seed });
    const nodes = [...pickNodes(model, seed, 2), missing];
    const notFound = expect.objectContaining({ code: 'NODE_NOT_FOUND' });
    expect(() => index.remove(nodes)).toThrowError(notFound);
    expect(() => index.getVector(missing)).toThrowError(notFound);
    expect(() => index.searchNode(missing, 3)).toThrowError(notFound);
    const rows = flat(Array(nodes.length).fill(row), model.dimension);
    await expect(index.update(nodes, rows)).rejects.toMatchObject({ code: 'NODE_NOT_FOUND' });
    rows[rows.length - 1] = Number.NaN;
    const bad = { code: 'NOT_FINITE', details: { row: nodes.length - 1 } };
    await expect(index.add(rows)).rejects.toMatchObject(bad);
  });

const seed = fc.nat(100_000);

export const WRITE_COMMANDS: readonly fc.Arbitrary<Command>[] = [
  fc.tuple(drawn, fc.nat(3)).map((args) => addUnlinked(...args)),
  fc.tuple(drawn, manner).map((args) => add(...args)),
  fc.tuple(drawn, manner).map((args) => add(...args)),
  fc.tuple(seed, fc.integer({ min: 1, max: 30 }), manner).map((args) => addCopies(...args)),
  fc
    .tuple(drawn, fc.constantFrom('remove' as const, 'consolidate' as const, 'nothing' as const))
    .map((args) => reserveAndCommit(...args)),
  fc.tuple(seed, drawn, manner).map((args) => update(...args)),
  fc.tuple(seed, drawn, manner).map((args) => update(...args)),
  fc.tuple(fc.constantFrom(...WHICH), seed).map((args) => remove(...args)),
  fc.tuple(fc.constantFrom(...WHICH), seed).map((args) => remove(...args)),
  seed.map(refused),
];
