// What searches of each precision cost, counted exactly, and what they find of the ten nearest. See
// graph.test.ts for how to record a wanted change.

import { bruteForceBatch, clustered, heldOut, type Metric } from '@nigh/testkit';
import { describe, test } from 'vitest';
import { linkedSegment, sealBare, searchBare } from '../support/bare-segment.ts';
import { expectGolden } from '../support/golden.ts';

const GOLDEN = new URL('./precision.golden.json', import.meta.url);
const COUNT = 2000;
const DIMENSION = 256;
const QUERIES = 60;
const data = heldOut(clustered, { count: COUNT, dimension: DIMENSION, queryCount: QUERIES });

const PRECISIONS = [
  { precision: 'float32' },
  { precision: 'float16' },
  { precision: 'int8' },
  { precision: 'int8', originals: 'memory', rerank: 'float16' },
  { precision: 'binary' },
  { precision: 'binary', rerank: 'float16' },
  { precision: 'binary', originals: 'none' },
] as const;
const METRICS: readonly Metric[] = ['l2', 'cosine', 'dot'];
const CASES = PRECISIONS.flatMap((precise) => METRICS.map((metric) => ({ ...precise, metric })));

describe('the work of searching', () => {
  test.each(CASES)('%o is as recorded', async (settings) => {
    const { metric } = settings;
    const shape = { dimension: DIMENSION, metric };
    const exact = bruteForceBatch(data.vectors, data.queries, { ...shape, k: 10 });
    const built = await linkedSegment(data.vectors, { dimension: DIMENSION, ...settings });
    const segment = settings.precision === 'float32' ? built : await sealBare(built);
    const work = { distanceCount: 0, exactCount: 0, hopCount: 0, found: 0 };
    for (let i = 0; i < QUERIES; i++) {
      const query = data.queries.slice(i * DIMENSION, (i + 1) * DIMENSION);
      const answer = searchBare(segment, query, 10, 64);
      work.distanceCount += answer.distanceCount;
      work.exactCount += answer.exactCount;
      work.hopCount += answer.hopCount;
      const nearest = Array.from(exact[i].nodes);
      work.found += answer.nodes.filter((node) => nearest.includes(node)).length;
    }
    expectGolden(GOLDEN, Object.values(settings).join(', '), work);
  });
});
