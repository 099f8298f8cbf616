// What searches find under filters of every share, at random and as the vectors lie, and at what
// cost.

import { clustered, heldOut, recall } from '@nigh/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NodeFilter, type SearchResult, VectorIndex } from '../../src/index.ts';

const COUNT = 20_000;
const DIMENSION = 64;
const QUERIES = 60;
const K = 10;
const data = heldOut(clustered, { count: COUNT, dimension: DIMENSION, queryCount: QUERIES });
const queryAt = (row: number): Float32Array =>
  data.queries.slice(row * DIMENSION, (row + 1) * DIMENSION);

let index: VectorIndex;
beforeAll(async () => {
  index = await VectorIndex.build(data.vectors, { dimension: DIMENSION, threads: 1 });
});
afterAll(() => index.close());

/** The vectors whose first component is among the smallest of this share. */
function halfSpace(share: number): NodeFilter {
  const first = (node: number): number => data.vectors[node * DIMENSION];
  const all = [...index.nodes()].sort((a, b) => first(a) - first(b));
  return NodeFilter.of(all.slice(0, Math.round(share * COUNT)));
}

/** This share of the vectors, those nearest to one of them. */
function ball(share: number): NodeFilter {
  return NodeFilter.of(index.searchNode(77, Math.round(share * COUNT), { exact: true }).nodes);
}

/** Every so manieth vector, in an order that has nothing to do with them. */
function random(share: number): NodeFilter {
  return NodeFilter.where(index.nodes(), (node) => (node * 7919) % 1000 < 1000 * share);
}

interface Answers {
  readonly found: number;
  readonly results: readonly SearchResult[];
}

function ask(accept: NodeFilter): Answers {
  let found = 0;
  const results = Array.from({ length: QUERIES }, (_, row) => {
    const result = index.search(queryAt(row), K, { accept });
    const truth = index.search(queryAt(row), K, { accept, exact: true });
    expect(result.nodes.length).toBe(truth.nodes.length);
    expect([...result.nodes].every((node) => accept.has(node))).toBe(true);
    found += recall(result.nodes, truth.nodes);
    return result;
  });
  return { found: found / QUERIES, results };
}

const KINDS = { random, 'half space': halfSpace, ball };
const SHARES = [0.001, 0.01, 0.05, 0.2, 0.5, 0.9];

describe.each(Object.entries(KINDS))('a filter of kind %s', (_, make) => {
  test.each(SHARES)('that lets %d through', (share) => {
    expect(ask(make(share)).found).toBeGreaterThanOrEqual(0.95);
  });
});

describe('searches under random filters', () => {
  const mean = (results: readonly SearchResult[]): number =>
    results.reduce((sum, { distanceCount }) => sum + distanceCount, 0) / results.length;

  test('that let two fifths through search the graph, and measure a quarter at most', () => {
    const { results } = ask(random(0.4));
    const searched = results.filter(
      ({ strategy }) => strategy === 'sweep' || strategy === 'two-hop',
    );
    expect(searched.length).toBeGreaterThanOrEqual(0.9 * QUERIES);
    expect(mean(searched)).toBeLessThan(0.25 * 0.4 * COUNT);
  });

  test('that let most through sweep, with little more work than without', () => {
    const { results } = ask(random(0.9));
    const plain = Array.from({ length: QUERIES }, (_, row) => index.search(queryAt(row), K));
    expect(results.every(({ strategy }) => strategy === 'sweep')).toBe(true);
    expect(mean(results)).toBeLessThan(1.5 * mean(plain));
  });

  test('that let few through measure just these', () => {
    const accept = random(0.001);
    for (const { strategy, exactCount, distanceCount } of ask(accept).results) {
      expect(strategy).toBe('scan');
      expect([exactCount, distanceCount]).toEqual([accept.count, accept.count]);
    }
  });
});
