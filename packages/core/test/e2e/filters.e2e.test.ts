// A filter as a program uses it: one object for searches, batches of any number of threads, and
// other threads, to which its bits are posted.

import { Worker } from 'node:worker_threads';
import { NodeFilter, VectorIndex } from '@nigh/core';
import { clustered, heldOut } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';

const COUNT = 4000;
const DIMENSION = 16;
const K = 10;
const QUERIES = 60;
const data = heldOut(clustered, { count: COUNT, dimension: DIMENSION, queryCount: QUERIES });
const shape = { dimension: DIMENSION, flatThreshold: 0 };

const OTHER_THREAD = `
  const { parentPort, workerData } = require('node:worker_threads');
  (async () => {
    const { NodeFilter, VectorIndex } = await import(workerData.module);
    const index = VectorIndex.attach(workerData.shared);
    const accept = NodeFilter.fromBits(workerData.bits);
    const { nodes, strategy } = index.search(workerData.query, 10, { accept });
    await index.close();
    parentPort.postMessage({ nodes, strategy, same: accept.bits === workerData.bits });
  })();
`;

describe('a filter', () => {
  test.each([0.02, 0.2, 0.7])(
    'of %d gives batches of any number of threads one answer',
    async (share) => {
      const accept = NodeFilter.where(
        NodeFilter.range(0, COUNT).nodes(),
        (node) => (node * 7919) % 1000 < 1000 * share,
      );
      const answers: unknown[] = [];
      for (const threads of [1, 2, 3]) {
        const index = await VectorIndex.build(data.vectors, { ...shape, threads });
        for (const given of [accept, Uint32Array.from(accept.bits)]) {
          answers.push(await index.searchBatch(data.queries, K, { accept: given }));
        }
        // The blocks of the threads held another filter before.
        await index.searchBatch(data.queries, K, { accept: NodeFilter.range(0, 50) });
        answers.push(await index.searchBatch(data.queries, K, { accept }));
        const nodes = Array.from({ length: QUERIES }, (_, row) => {
          const query = data.queries.slice(row * DIMENSION, (row + 1) * DIMENSION);
          return [...index.search(query, K, { accept }).nodes];
        });
        expect([...(answers[0] as { nodes: Uint32Array }).nodes]).toEqual(nodes.flat());
        await index.close();
      }
      for (const answer of answers) expect(answer).toEqual(answers[0]);
    },
  );

  test('is the same in another thread', async () => {
    const index = await VectorIndex.build(data.vectors, { ...shape, threads: 1 });
    const accept = NodeFilter.range(1000, 2000);
    const query = data.queries.slice(0, DIMENSION);
    const { bits } = accept;
    const workerData = {
      shared: index.share(),
      bits,
      query,
      module: new URL('../../dist/index.js', import.meta.url).href,
    };
    const worker = new Worker(OTHER_THREAD, { eval: true, workerData });
    const answer = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    const { nodes, strategy } = index.search(query, K, { accept });
    expect(answer).toEqual({ nodes, strategy, same: true });
    await worker.terminate();
    await index.close();
  });
});
