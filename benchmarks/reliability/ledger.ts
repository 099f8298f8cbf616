/**
 * What a collection must hold, kept outside of it: writes drawn from a seed, and the state after
 * each. Writes are numbered; a crash may leave any state from that after the last acknowledged
 * write to that after the last one that was begun, and nothing between two states.
 */
import type { Collection, DocumentInput, OpenOptions } from '@nigh/collection';
import { Random } from '@nigh/testkit';

export const DIMENSION = 8;
const KEYS = 60;
const GROUPS = 12;
const MOST_PER_BATCH = 6;

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
    metadata: { group: groupOf(key), written, noted },
    text: `document ${key} of write ${written}`,
  };
}

/** Write number `number` of a seed: what it does depends on what is there before it. */
export function drawWrite(seed: number, number: number, before: State): Write {
  const random = new Random(seed, number);
  const there = [...before.keys()];
  const draw = random.uniform();
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

/** Asks a collection for a write; settles when it is acknowledged. */
export function perform(collection: Collection, write: Write, number: number): Promise<unknown> {
  if (write.kind === 'delete where') return collection.delete({ filter: { group: write.group } });
  if (write.kind === 'delete') return collection.delete(write.keys);
  if (write.kind === 'update') {
    const updates = write.keys.map((key) => ({ key, metadata: { noted: number } }));
    return collection.update(updates);
  }
  return collection.upsert(
    write.keys.map((key) => documentOf(key, { written: number, noted: number })),
  );
}

/** What differs between a collection and a state; undefined where nothing does. */
export async function difference(
  collection: Collection,
  state: State,
): Promise<string | undefined> {
  if (collection.count() !== state.size) {
    return `${collection.count()} documents, not ${state.size}`;
  }
  for await (const { key, metadata, text, vector } of collection.documents({ vectors: true })) {
    const version = state.get(String(key));
    if (!version) return `${key} should not be there`;
    const expected = documentOf(String(key), version);
    if (JSON.stringify(metadata) !== JSON.stringify(expected.metadata)) {
      return `${key} has metadata ${JSON.stringify(metadata)}`;
    }
    if (text !== expected.text) return `${key} has text ${text}`;
    const floats = expected.vector as Float32Array;
    if (!vector?.every((value, i) => value === floats[i])) return `${key} has another vector`;
  }
  return undefined;
}

/** Writes and the states they lead to, from some state on. */
export class Ledger {
  readonly seed: number;
  /** The number of the first write. */
  readonly first: number;
  readonly #states: State[];
  /** Writes that were acknowledged, all before them too. */
  acknowledged = 0;

  constructor(seed: number, first = 1, state: State = new Map()) {
    this.seed = seed;
    this.first = first;
    this.#states = [state];
  }

  /** Writes that were begun. */
  get begun(): number {
    return this.#states.length - 1;
  }

  /** Draws the next write and the state after it. */
  next(): { readonly write: Write; readonly number: number } {
    const before = this.#states[this.begun] as State;
    const number = this.first + this.begun;
    const write = drawWrite(this.seed, number, before);
    this.#states.push(applyWrite(before, write, number));
    return { write, number };
  }

  /** Notes that the write was acknowledged that came `index` writes after the first. */
  acknowledge(number: number): void {
    this.acknowledged = Math.max(this.acknowledged, number - this.first + 1);
  }

  stateAfter(writes: number): State {
    return this.#states[writes] as State;
  }

  /**
   * How many writes a collection holds, from `least` on; or what is wrong with it: it is in none of
   * the states it may be in, or contradicts itself.
   */
  async match(collection: Collection, least: number): Promise<number | string> {
    const differences: string[] = [];
    for (let writes = least; writes <= this.begun; writes++) {
      const found = await difference(collection, this.stateAfter(writes));
      if (found === undefined) return writes;
      differences.push(`after ${writes} writes: ${found}`);
    }
    return `${least} to ${this.begun} writes may be there; ${differences.join('; ')}`;
  }
}

/** How the harness opens a collection. */
export const OPEN_OPTIONS: OpenOptions = {
  vector: { dimension: DIMENSION, flatThreshold: 16, capacity: 256 },
  fields: { group: 'number', written: 'number' },
  text: ['text'],
  threads: 1,
};
