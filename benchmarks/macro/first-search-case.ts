/**
 * One fresh process of the snapshot benchmark: loads the index whose path it is given, times its
 * first search and the median of many more, and prints both in microseconds.
 */
import { VectorIndex } from '@nigh/core';
import { median, significant } from '../harness/stats.ts';

const QUERIES = 400;
const ROUNDS = 5;
const K = 10;

const index = await VectorIndex.load(process.argv[2] as string);
const queries = Array.from({ length: QUERIES }, (_, i) =>
  index.getVector((i * 7919 + 13) % index.count).map((value, j) => value + 0.01 * Math.sin(i + j)),
);

function timeSearch(query: Float32Array): number {
  const start = performance.now();
  index.search(query, K);
  return 1000 * (performance.now() - start);
}

const first = timeSearch(queries[0] as Float32Array);
for (const query of queries) timeSearch(query);
const warm = Array.from({ length: ROUNDS }, () => queries.map(timeSearch)).flat();
console.log(JSON.stringify({ first: significant(first), warm: significant(median(warm)) }));
await index.close();
