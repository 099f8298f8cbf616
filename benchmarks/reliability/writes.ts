/**
 * What the harness writes: documents and writes drawn from a seed, and the state that each write
 * leads to. Nothing here asks a collection.
 */
import type { Collection, DocumentInput, OpenOptions } from '@nigh/collection';
import { Random } from '@nigh/testkit';

const DIMENSION = 8;
const KEYS = 60;
const GROUPS = 12;
const MOST_PER_BATCH = 6;
/** Large batches are applied in several turns of the event loop. They have keys of their own. */
const LARGE_BATCH = 600;
const FIRST_LARGE_KEY = 1000;
const LARGE_KEYS = 700;
/** Of so many writes one is large, the fourth, so that short runs have one. */
const LARGE_EVERY = 50;
const NUMBER_OF_LARGE = 4;
/** Part of the writes that delete all of a large batch, where there is one: listings take time. */
const DELETE_LARGE = 0.25;

/** What a document is, besides its key: everything else of it follows from this. */
export interface Version {
  /** The number of the write that wrote it. */
  readonly written: number;
  /** The number of the write that last changed its metadata. */
  readonly noted: number;
}

/** Documents by key. */
export type State = ReadonlyMap<string, Version>;

/** A write that is logged. */
export type Write =
  | { readonly kind: 'upsert'; readonly keys: readonly string[] }
  | { readonly kind: 'update'; readonly keys: readonly string[] }
  | { readonly kind: 'delete'; readonly keys: readonly string[] }
  | { readonly kind: 'delete where'; readonly group: number };

const groupOf = (key: string): number => Number(key.slice(1)) % GROUPS;

/** The document of a key, as write number `written` writes it. */
export function documentOf(key: string, { written, noted }: Version): DocumentInput {
  const random = new Random(written, Number(key.slice(1)));
  return {
    key,
    vector: Float32Array.from({ length: DIMENSION }, () => random.normal()),
    metadata: { group: groupOf(key), ...notesOf(noted), written },
    text: `document ${key} of write w${written}`,
  };
}

/** Metadata as write number `noted` writes it: a field, and one that is searched as text. */
const notesOf = (noted: number): { noted: number; note: string } => ({ noted, note: `n${noted}` });

const isLargeKey = (key: string): boolean => Number(key.slice(1)) >= FIRST_LARGE_KEY;

function drawLarge(random: Random): Write {
  const first = random.integer(0, LARGE_KEYS);
  const keys = Array.from({ length: LARGE_BATCH }, (_, i) => {
    return `k${FIRST_LARGE_KEY + ((first + i) % LARGE_KEYS)}`;
  });
  return { kind: 'upsert', keys };
}

/** Write number `number` of a seed: what it does depends on what is there before it. */
export function drawWrite(seed: number, number: number, before: State): Write {
  const random = new Random(seed, number);
  if (number % LARGE_EVERY === NUMBER_OF_LARGE) return drawLarge(random);
  const there = [...before.keys()];
  const draw = random.uniform();
  const large = there.filter(isLargeKey);
  if (large.length > 0 && random.uniform() < DELETE_LARGE) return { kind: 'delete', keys: large };
  if (there.length === 0 || draw < 0.6) {
    const count = random.integer(1, MOST_PER_BATCH + 1);
    const keys = Array.from({ length: count }, () => `k${random.integer(0, KEYS)}`);
    return { kind: 'upsert', keys: [...new Set(keys)] };
  }
  const some = Array.from({ length: random.integer(1, 4) }, () => {
    return there[random.integer(0, there.length)] as string;
  });
  if (draw < 0.78) return { kind: 'update', keys: [...new Set(some)] };
  if (draw < 0.94) return { kind: 'delete', keys: [...new Set(some)] };
  return { kind: 'delete where', group: random.integer(0, GROUPS) };
}

/** The state after write number `number`. */
export function applyWrite(before: State, write: Write, number: number): State {
  const after = new Map(before);
  if (write.kind === 'delete where') {
    for (const key of before.keys()) if (groupOf(key) === write.group) after.delete(key);
    return after;
  }
  for (const key of write.keys) {
    const known = before.get(key);
    if (write.kind === 'upsert') after.set(key, { written: number, noted: number });
    else if (write.kind === 'delete') after.delete(key);
    else if (known) after.set(key, { ...known, noted: number });
  }
  return after;
}

/** Asks a collection for a write, acknowledged when it settles; how many documents it concerned. */
export function perform(collection: Collection, write: Write, number: number): Promise<number> {
  if (write.kind === 'delete where') return collection.delete({ filter: { group: write.group } });
  if (write.kind === 'delete') return collection.delete(write.keys);
  if (write.kind === 'update') {
    const updates = write.keys.map((key) => ({ key, metadata: notesOf(number) }));
    return collection.update(updates);
  }
  return collection.upsert(
    write.keys.map((key) => documentOf(key, { written: number, noted: number })),
  );
}

/** With such a log a collection makes checkpoints all the time. */
const SMALL_LOG = 2000;

/** Whether collections of a seed keep their vectors rounded, and of unit length. */
export const isRounded = (seed: number): boolean => seed % 4 >= 2;

/** How the harness opens the collection of a seed: every other one makes checkpoints by itself. */
export function openOptions(seed: number): OpenOptions {
  const precision = isRounded(seed) ? ({ metric: 'cosine', precision: 'int8' } as const) : {};
  return {
    vector: { dimension: DIMENSION, flatThreshold: 16, capacity: 256, ...precision },
    fields: { group: 'number', written: 'number', noted: 'number' },
    text: ['text', 'note'],
    threads: 1,
    ...(seed % 2 === 1 && { checkpointAt: SMALL_LOG }),
  };
}
