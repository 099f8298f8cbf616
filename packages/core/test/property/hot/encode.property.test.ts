import { datasetArbitrary, gaussian, unequalNorms } from '@nigh/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseCodes } from '../../../src/build/choose-codes.ts';
import * as F from '../../../src/hot/fields.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { fillSegment, wordOf } from '../../support/bare-segment.ts';
import { codesOf, naiveCodeDistance } from '../../support/naive.ts';

function encoded(vectors: Float32Array, dimension: number, metric: 'l2' | 'dot'): Segment {
  const segment = fillSegment(vectors, { dimension, metric });
  chooseCodes(segment, 1);
  segment.hot.encodeSlots(0, segment.count, segment.scratch(0));
  return segment;
}

/** The vector of a node as it is encoded: rotated where codes of rotated vectors rank better. */
function encodedVector(segment: Segment, node: number): Float32Array {
  const { hot, f32s, i32s, layout } = segment;
  const vector = segment.vectors(node, 1).slice();
  if (i32s[F.ROTATED] === 0) return vector;
  const buffer = segment.scratch(0) + layout.bufferWord;
  f32s.set(vector, buffer);
  hot.rotate(buffer);
  return f32s.slice(buffer, buffer + layout.dimension);
}

/** Components whose code is not the nearest step, or the end of the range beyond it. */
function wrongCodes(segment: Segment): number {
  const scale = segment.f32s[F.CODE_SCALE];
  const means = segment.f32s.subarray(wordOf(segment, 'means'));
  let wrong = 0;
  for (let node = 0; node < segment.count; node++) {
    const codes = codesOf(segment, node);
    encodedVector(segment, node).forEach((value, i) => {
      const exact = (value - means[i]) / scale + 64;
      const nearest = Math.min(127, Math.max(0, exact));
      // Half a step; the last range of all is cut at 127.5, half a step above the last code.
      if (!(Math.abs(codes[i] - nearest) <= 0.5 + 1e-6 * Math.abs(exact))) wrong++;
    });
  }
  return wrong;
}

describe('codes', () => {
  test('are within half a step of the component, or at the end of the range, for any data', () => {
    fc.assert(
      fc.property(
        datasetArbitrary({ minCount: 1, maxCount: 60 }),
        fc.constantFrom('l2', 'dot' as const),
        ({ vectors, dimension }, metric) => {
          expect(wrongCodes(encoded(vectors, dimension, metric))).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('come with the norm that the distance formula needs', () => {
    fc.assert(
      fc.property(
        datasetArbitrary({ minCount: 2, maxCount: 20 }),
        fc.constantFrom('l2', 'dot' as const),
        ({ vectors, dimension, count }, metric) => {
          const segment = encoded(vectors, dimension, metric);
          const { hot, i32s, layout } = segment;
          const [a, b] = [0, count - 1].map(
            (node) => layout.regions.codes.word + node * layout.codeWords,
          );
          const norms = wordOf(segment, 'norms');
          const dot = hot.dotCodes(a, b, layout.codeWords);
          expect(i32s[norms] + i32s[norms + count - 1] - 2 * dot).toBe(
            naiveCodeDistance(metric, codesOf(segment, 0), codesOf(segment, count - 1)),
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** The share of pairs of nodes that codes and floats order alike, as seen from node 0. */
function agreement(segment: Segment, exact: (node: number) => number): number {
  const first = codesOf(segment, 0);
  const { metric } = segment.layout;
  const nodes = Array.from({ length: segment.count - 1 }, (_, i) => {
    const distance = naiveCodeDistance(metric, first, codesOf(segment, i + 1));
    return { distance, exact: exact(i + 1) };
  });
  let same = 0;
  let all = 0;
  for (const a of nodes) {
    for (const b of nodes) {
      if (a.exact >= b.exact) continue;
      all++;
      if (a.distance < b.distance) same++;
    }
  }
  return same / all;
}

describe('distances of codes', () => {
  test('order as l2 does', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const segment = encoded(gaussian({ count: 80, dimension: 32, seed }), 32, 'l2');
        const query = segment.vectors(0, 1);
        const exact = (node: number): number =>
          segment.vectors(node, 1).reduce((sum, value, i) => sum + (value - query[i]) ** 2, 0);
        expect(agreement(segment, exact)).toBeGreaterThan(0.95);
      }),
      { numRuns: 20 },
    );
  });

  test('order as inner products do, whatever the lengths', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const vectors = unequalNorms({ count: 80, dimension: 32, seed, sigma: 0.5 });
        const segment = encoded(vectors, 32, 'dot');
        const query = segment.vectors(0, 1);
        const exact = (node: number): number =>
          segment.vectors(node, 1).reduce((sum, value, i) => sum - value * query[i], 0);
        expect(agreement(segment, exact)).toBeGreaterThan(0.85);
      }),
      { numRuns: 20 },
    );
  });
});
