import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SearchCase, searchCaseArbitrary } from '../../src/arbitraries.ts';
import { bruteForce, type ExactResult, exactDistance } from '../../src/brute-force.ts';
import { recall, recallWithTies } from '../../src/recall.ts';

function search({ dataset, options, query, k }: SearchCase): ExactResult {
  return bruteForce(dataset.vectors, query, {
    dimension: dataset.dimension,
    metric: options.metric,
    k,
  });
}

describe('bruteForce', () => {
  test('gives min(k, count) different nodes, ascending by distance and then node', () => {
    fc.assert(
      fc.property(searchCaseArbitrary(), (searchCase) => {
        const { nodes, distances } = search(searchCase);
        expect(nodes.length).toBe(Math.min(searchCase.k, searchCase.dataset.count));
        expect(new Set(nodes).size).toBe(nodes.length);
        const misplaced = nodes.findIndex((node, i) => {
          if (i === 0 || distances[i] > distances[i - 1]) return false;
          return distances[i] < distances[i - 1] || node < nodes[i - 1];
        });
        expect(misplaced).toBe(-1);
      }),
    );
  });

  test('leaves out no node that is nearer than the last one given', () => {
    fc.assert(
      fc.property(searchCaseArbitrary({ maxCount: 60 }), (searchCase) => {
        const { dataset, options, query } = searchCase;
        const { nodes, distances } = search(searchCase);
        const bound = distances.at(-1) ?? Number.NEGATIVE_INFINITY;
        const given = new Set(nodes);
        const place = { dimension: dataset.dimension, metric: options.metric };
        const missed = Array.from({ length: dataset.count }, (_, node) => node).filter(
          (node) => !given.has(node) && exactDistance(dataset.vectors, query, node, place) < bound,
        );
        expect(missed).toEqual([]);
      }),
    );
  });

  test('keeps distances in the range of the metric', () => {
    fc.assert(
      fc.property(searchCaseArbitrary(), (searchCase) => {
        const { distances } = search(searchCase);
        const { metric } = searchCase.options;
        const low = metric === 'dot' ? -Number.MAX_VALUE : 0;
        const high = metric === 'cosine' ? 2 : Number.MAX_VALUE;
        expect(distances.every((distance) => distance >= low && distance <= high)).toBe(true);
      }),
    );
  });

  test('has recall 1 against itself, plain and with ties', () => {
    fc.assert(
      fc.property(searchCaseArbitrary({ maxCount: 100 }), (searchCase) => {
        const exact = search(searchCase);
        const { dataset, options, query } = searchCase;
        const { vectors, dimension } = dataset;
        expect(recall(exact.nodes, exact.nodes)).toBe(1);
        const ties = { vectors, dimension, metric: options.metric };
        expect(recallWithTies(exact.nodes, exact, query, ties)).toBe(1);
      }),
    );
  });
});
