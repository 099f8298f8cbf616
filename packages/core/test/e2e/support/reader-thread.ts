// A thread that attaches to an index it is sent and does what it is asked, one message at a time.
// It runs as it stands: Node strips the types.

import { parentPort } from 'node:worker_threads';
import { type SharedIndex, VectorIndex } from '@nigh/core';

export type Request =
  | { readonly kind: 'attach'; readonly shared: SharedIndex }
  | { readonly kind: 'search'; readonly query: Float32Array; readonly k: number }
  | { readonly kind: 'write' }
  | { readonly kind: 'churn'; readonly shared: SharedIndex; readonly times: number }
  | {
      readonly kind: 'watch';
      readonly queries: Float32Array;
      readonly k: number;
      readonly enough: Int32Array;
    }
  | { readonly kind: 'close' };

let index: VectorIndex | undefined;

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'none';
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error);
  }
}

/** Tries all that would write. */
async function tryToWrite(attached: VectorIndex): Promise<Record<string, string>> {
  const vector = new Float32Array(attached.dimension).fill(1);
  return {
    add: await codeOf(() => attached.add(vector)),
    reserve: await codeOf(() => attached.reserve(1)),
    commit: await codeOf(() => attached.commit()),
    link: await codeOf(() => attached.link()),
    save: await codeOf(() => attached.save('nowhere')),
    verify: await codeOf(() => attached.verify()),
  };
}

/** Searches until told that it is enough; what was wrong with the results. */
function watch(attached: VectorIndex, request: Extract<Request, { kind: 'watch' }>): unknown {
  const { queries, k, enough } = request;
  const { dimension } = attached;
  const rows = queries.length / dimension;
  const wrong = { repeated: 0, unordered: 0, unknown: 0, inexact: 0, errors: [] as string[] };
  let searches = 0;
  while (Atomics.load(enough, 0) === 0) {
    const row = searches++ % rows;
    const query = queries.subarray(row * dimension, (row + 1) * dimension);
    try {
      const { nodes, distances } = attached.search(query, k);
      if (new Set(nodes).size !== nodes.length) wrong.repeated++;
      if (distances.some((distance, i) => i > 0 && distance < distances[i - 1])) wrong.unordered++;
      if (nodes.some((node) => node >= attached.count)) wrong.unknown++;
      const [node] = nodes;
      const vector = attached.getVector(node);
      const distance = vector.reduce((sum, value, i) => sum + (value - query[i]) ** 2, 0);
      if (Math.abs(distance - distances[0]) > 1e-4 * (1 + distance)) wrong.inexact++;
    } catch (error) {
      if (wrong.errors.length < 3) wrong.errors.push(String(error));
    }
  }
  return { searches, wrong };
}

async function answer(request: Request): Promise<unknown> {
  if (request.kind === 'attach') {
    index = VectorIndex.attach(request.shared);
    return { count: index.count, metric: index.metric };
  }
  if (request.kind === 'churn') {
    const { shared, times } = request;
    for (let i = 0; i < times; i++) await VectorIndex.attach(shared).close();
    return { times };
  }
  const attached = index as VectorIndex;
  if (request.kind === 'search') return attached.search(request.query, request.k);
  if (request.kind === 'write') return tryToWrite(attached);
  if (request.kind === 'watch') return watch(attached, request);
  await attached.close();
  return { searchAfterwards: await codeOf(() => attached.search(new Float32Array(1), 1)) };
}

parentPort?.on('message', async (request: Request) => {
  parentPort?.postMessage(await answer(request));
});
