import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  poolExpand,
  poolInsert,
  poolNext,
  poolNode,
  poolRejects,
  poolReopen,
  poolReset,
  poolSize,
} from '../../../src/hot/pool.ts';
import { modelInsert, type Pair } from '../../support/naive.ts';
import { type BareMemory, bareMemory, bindTo, TIER_TARGETS } from '../../support/targets.ts';

const POOL = 64;
const KEYS = 12_000;
const NODES = 12_100;
const NODE_BITS = 0x7fffffff;

// Few different keys, so that ties are frequent, and the ends of an i32.
const keys = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);
const nodes = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: NODE_BITS }));
const distinctPairs = fc.uniqueArray(fc.tuple(keys, nodes), {
  maxLength: 120,
  selector: ([key, node]) => `${key} ${node}`,
});

function pairsIn(memory: BareMemory): Pair[] {
  const size = memory.i32s[POOL];
  return Array.from({ length: size }, (_, i) => [
    memory.i32s[POOL + 2 + 2 * i],
    memory.i32s[POOL + 3 + 2 * i] & NODE_BITS,
  ]);
}

describe.each(TIER_TARGETS)('the sorted pool on the $tier tier', (target) => {
  const memory = bareMemory(target, 65536);

  test('equals a sorted list cut at its capacity, and so do its positions', () => {
    fc.assert(
      fc.property(distinctPairs, fc.integer({ min: 1, max: 40 }), (pairs, capacity) => {
        const model: Pair[] = [];
        memory.hot.poolReset(POOL, capacity);
        const positions = pairs.map(([key, node]) => memory.hot.poolInsert(POOL, key, node));
        expect(positions).toEqual(pairs.map((pair) => modelInsert(model, pair, capacity)));
        expect(pairsIn(memory)).toEqual(model);
        const sorted = [...pairs].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(model).toEqual(sorted.slice(0, capacity));
      }),
      { numRuns: 500 },
    );
  });

  test('merges a list as if its pairs were inserted one by one', () => {
    // Ties with the last of a full pool are what it is about.
    const ties = fc.uniqueArray(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.nat(50)), {
      minLength: 30,
      maxLength: 60,
      selector: ([key, node]) => `${key} ${node}`,
    });
    const lists = fc.array(fc.nat(13), { minLength: 2, maxLength: 8 });
    const capacities = fc.integer({ min: 1, max: 12 });
    const pairLists = fc.oneof(ties, distinctPairs);
    fc.assert(
      fc.property(pairLists, capacities, lists, (pairs, capacity, lengths) => {
        const model: Pair[] = [];
        memory.hot.poolReset(POOL, capacity);
        let done = 0;
        for (const length of [...lengths, 13, 13, 13]) {
          const list = pairs.slice(done, done + length);
          done += list.length;
          memory.i32s.set(
            list.map(([key]) => key),
            KEYS,
          );
          memory.i32s.set(
            list.map(([, node]) => node),
            NODES,
          );
          const taken = list.map((pair) => modelInsert(model, pair, capacity));
          const before = memory.i32s[POOL];
          const lowest = memory.hot.poolMerge(POOL, KEYS, NODES, list.length);
          expect(lowest).toBe(Math.min(before, ...taken.filter((position) => position >= 0)));
          expect(pairsIn(memory)).toEqual(model);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('sorts 4,096 pairs and no more', () => {
    memory.hot.poolReset(POOL, 4096 - 64);
    for (let i = 0; i < 6000; i++) memory.hot.poolInsert(POOL, (i * 7919) % 6007, i);
    const found = pairsIn(memory);
    expect(found.length).toBe(4096 - 64);
    expect(found.every((pair, i) => i === 0 || found[i - 1][0] < pair[0])).toBe(true);
  });
});

interface Step {
  readonly kind: 'insert' | 'expand' | 'reopen';
  readonly key: number;
  readonly node: number;
  readonly capacity: number;
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('insert', 'insert', 'insert', 'expand', 'reopen'),
    key: fc.integer({ min: -4, max: 4 }),
    node: fc.nat(1000),
    capacity: fc.integer({ min: 1, max: 12 }),
  }),
  { maxLength: 100 },
);

interface ModelPair {
  readonly key: number;
  readonly node: number;
  expanded: boolean;
}

/** The pool as plain objects. */
class Model {
  pairs: ModelPair[] = [];
  capacity = 8;

  insert(key: number, node: number): number {
    const flat = this.pairs.map((pair): Pair => [pair.key, pair.node]);
    const position = modelInsert(flat, [key, node], this.capacity);
    if (position >= 0) this.pairs.splice(position, 0, { key, node, expanded: false });
    this.pairs = this.pairs.slice(0, this.capacity);
    return position;
  }

  /** True when no node could enter with this key. */
  rejects(key: number): boolean {
    return this.pairs.length === this.capacity && this.pairs.every((pair) => pair.key < key);
  }

  next(from: number): number {
    const found = this.pairs.findIndex((pair, i) => i >= from && !pair.expanded);
    return found === -1 ? this.pairs.length : found;
  }

  reopen(capacity: number): void {
    this.capacity = capacity;
    this.pairs = this.pairs.slice(0, capacity).map((pair) => ({ ...pair, expanded: false }));
  }
}

/** Runs one step on both; a description of what differed. */
function step(model: Model, { kind, key, node, capacity }: Step): string | undefined {
  if (kind === 'insert') {
    if (model.pairs.some((pair) => pair.key === key && pair.node === node)) return undefined;
    if (poolRejects(POOL, key) !== model.rejects(key)) return 'rejects';
    return poolInsert(POOL, key, node) === model.insert(key, node) ? undefined : 'position';
  }
  if (kind === 'reopen') {
    model.reopen(capacity);
    poolReopen(POOL, capacity);
    return undefined;
  }
  const next = model.next(0);
  if (poolNext(POOL, 0) !== next) return 'next';
  if (next === model.pairs.length) return undefined;
  model.pairs[next].expanded = true;
  return poolExpand(POOL, next) === model.pairs[next].node ? undefined : 'expanded node';
}

describe('the sorted pool under any steps', () => {
  const memory = bareMemory({ tier: 'javascript', memory: 'private' }, 65536);

  test('inserts, rejects, expands and reopens as a list of objects does', () => {
    fc.assert(
      fc.property(steps, (list) => {
        bindTo(memory);
        const model = new Model();
        poolReset(POOL, model.capacity);
        for (const one of list) {
          expect(step(model, one)).toBe(undefined);
          expect(poolSize(POOL)).toBeLessThanOrEqual(model.capacity);
        }
        const found = model.pairs.map((_, i) => poolNode(POOL, i));
        expect(found).toEqual(model.pairs.map(({ node }) => node));
        const waiting = model.pairs.map((_, i) => poolNext(POOL, i));
        expect(waiting).toEqual(model.pairs.map((_, i) => model.next(i)));
      }),
      { numRuns: 500 },
    );
  });
});
