// Commands that make one index of several: of the index, of another, of a snapshot.

import fc from 'fast-check';
import { VectorIndex } from '../../../src/index.ts';
import {
  type Command,
  checkReader,
  closeReaders,
  command,
  copyOf,
  type Drawn,
  drawn,
  flat,
  type Model,
  rowsOf,
  settle,
} from './model.ts';

/** Another index, of which some was removed. */
async function another(
  model: Model,
  vectors: Drawn,
): Promise<[VectorIndex, Map<number, Float32Array>]> {
  const { dimension, metric } = model;
  const rows = rowsOf(model, vectors);
  const index = VectorIndex.create({ dimension, metric, threads: 1, flatThreshold: 20 });
  await index.add(flat(rows, dimension));
  const gone = [...rows.keys()].filter((node) => node % 3 === vectors.seed % 3);
  index.remove(gone);
  const live = new Map(rows.entries());
  for (const node of gone) live.delete(node);
  return [index, live];
}

/** Goes on with the index of all: the index, another one, and a snapshot if there is one. */
const merge = (vectors: Drawn, isFirst: boolean): Command =>
  command(`merge(${fc.stringify(vectors)}, ${isFirst ? 'first' : 'last'})`, async (model, real) => {
    await settle(real);
    const [other, live] = await another(model, vectors);
    const parts = [{ index: other, live }];
    const own = { index: real.index, live: new Map(model.live) };
    if (isFirst) parts.unshift(own);
    else parts.push(own);
    const last = real.snapshots.at(-1);
    if (last) parts.push({ index: last.index, live: last.model.live });
    const merged = await VectorIndex.merge(
      parts.map(({ index }) => index),
      { threads: real.threads, flatThreshold: 10 },
    );
    checkReader({ ...copyOf(model), live: own.live }, real.index);
    model.live.clear();
    let offset = 0;
    for (const part of parts) {
      for (const [node, row] of part.live) model.live.set(offset + node, row);
      offset += part.index.nextNode;
    }
    model.nextNode = offset;
    await closeReaders(real);
    await Promise.all([real.index.close(), other.close()]);
    real.index = merged;
  });

export const MERGE_COMMANDS: readonly fc.Arbitrary<Command>[] = [
  fc.tuple(drawn, fc.boolean()).map((args) => merge(...args)),
];
