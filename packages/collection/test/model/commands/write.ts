// Commands that write, one after the other and many at once without waiting between them.

import { Random } from '@nigh/testkit';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Collection, DocumentColumns, Key } from '../../../src/index.ts';
import { drawDocument, drawFilter, drawMetadata, KEYS, pick } from '../../support/draw.ts';
import { keyText, matches, type PlainDocument } from '../../support/plain.ts';
import { type Command, command, type Model } from './model.ts';

/** One write: what it does to the plain documents, and to the collection. */
interface Write {
  /** What the call gives back, or the code of the error it ends with. */
  apply(): number | string;
  call(collection: Collection): Promise<number>;
}

/** Of documents with one key the last counts, at its place. */
function lastOnes(list: readonly PlainDocument[]): PlainDocument[] {
  return list.filter(
    ({ key }, i) => !list.slice(i + 1).some((later) => keyText(later.key) === keyText(key)),
  );
}

function put({ documents }: Model, list: readonly PlainDocument[]): number {
  const last = lastOnes(list);
  for (const one of last) documents.set(keyText(one.key), one);
  return last.length;
}

function columnsOf(list: readonly PlainDocument[], hasVectors: boolean): DocumentColumns {
  return {
    keys: list.map(({ key }) => key),
    metadata: list.map(({ metadata }) => metadata),
    texts: list.map(({ text }) => text),
    ...(hasVectors && {
      vectors: Float32Array.from(list.flatMap(({ vector }) => [...(vector ?? [])])),
    }),
  };
}

function upsert(model: Model, random: Random): Write {
  const { schema } = model;
  const draw = (): PlainDocument => drawDocument(random, schema);
  const way = random.integer(0, 3);
  if (way === 0) {
    const one = draw();
    return { apply: () => put(model, [one]), call: (collection) => collection.upsert(one) };
  }
  const count = random.uniform() < 0.1 ? 300 : random.integer(0, 6);
  const list = Array.from({ length: count }, draw);
  const given = way === 1 ? list : columnsOf(list, schema.hasVectors);
  return { apply: () => put(model, list), call: (collection) => collection.upsert(given) };
}

function patched(
  metadata: PlainDocument['metadata'],
  patch: Readonly<Record<string, unknown>>,
): PlainDocument['metadata'] {
  const all = { ...metadata, ...patch };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

function update({ documents }: Model, random: Random): Write {
  const list = Array.from({ length: random.integer(1, 4) }, () => {
    const entries = Object.entries(drawMetadata(random));
    const patch = entries.map(([name, value]) => [name, random.uniform() < 0.3 ? null : value]);
    return { key: pick(random, KEYS), metadata: Object.fromEntries(patch) };
  });
  const given = list.length === 1 ? (list[0] as (typeof list)[0]) : list;
  const apply = (): number | string => {
    if (!list.every(({ key }) => documents.has(keyText(key)))) return 'KEY_NOT_FOUND';
    for (const { key, metadata } of list) {
      const old = documents.get(keyText(key)) as PlainDocument;
      documents.set(keyText(key), { ...old, metadata: patched(old.metadata, metadata) });
    }
    return list.length;
  };
  return { apply, call: (collection) => collection.update(given) };
}

function remove({ documents }: Model, random: Random): Write {
  const keys: Key[] = Array.from({ length: random.integer(0, 4) }, () => pick(random, KEYS));
  const [one] = keys;
  const given = keys.length === 1 && one !== undefined ? one : keys;
  const apply = (): number => keys.filter((key) => documents.delete(keyText(key))).length;
  return { apply, call: (collection) => collection.delete(given) };
}

function removeMatching({ documents }: Model, random: Random): Write {
  const filter = drawFilter(random);
  const apply = (): number => {
    const found = [...documents].filter(([, { metadata }]) => matches(metadata, filter));
    for (const [key] of found) documents.delete(key);
    return found.length;
  };
  return { apply, call: (collection) => collection.delete({ filter }) };
}

const WRITES = { upsert, update, remove, removeMatching };
type WriteName = keyof typeof WRITES;

/** Calls all, then waits: what they give back is what the plain documents do in this order. */
async function callAll(writes: readonly Write[], collection: Collection): Promise<void> {
  const calls = writes.map((write) => write.call(collection));
  const settled = Promise.allSettled(calls);
  for (const [i, write] of writes.entries()) {
    const wanted = write.apply();
    const one = (await settled)[i] as PromiseSettledResult<number>;
    const got = one.status === 'fulfilled' ? one.value : (one.reason as { code?: unknown }).code;
    expect(got ?? one).toBe(wanted);
  }
}

const writeSome = (names: readonly WriteName[], seed: number): Command =>
  command(`${names.join(', ')}(${seed})`, async (model, { collection }) => {
    const random = new Random(seed);
    await callAll(
      names.map((name) => WRITES[name](model, random)),
      collection,
    );
  });

const seed = fc.nat(1_000_000);
const name = fc.constantFrom<WriteName>('upsert', 'upsert', 'update', 'remove', 'removeMatching');

export const WRITE_COMMANDS: readonly fc.Arbitrary<Command>[] = [
  fc.tuple(fc.tuple(fc.constant<WriteName>('upsert')), seed).map((args) => writeSome(...args)),
  fc.tuple(fc.array(name, { minLength: 1, maxLength: 1 }), seed).map((args) => writeSome(...args)),
  fc.tuple(fc.array(name, { minLength: 2, maxLength: 8 }), seed).map((args) => writeSome(...args)),
];
