// A program that builds an index on two threads, does one more thing and returns. Prints one line
// at its end; it must get there without process.exit.

import { VectorIndex } from '@nigh/core';
import { clustered } from '@nigh/testkit';

const [mode] = process.argv.slice(2);
const DIMENSION = 16;
const COUNT = mode === 'bad-progress' ? 6000 : 4000;
const vectors = clustered({ count: COUNT, dimension: DIMENSION });
const efConstruction = mode === 'bad-progress' ? 1500 : 100;
const options = { dimension: DIMENSION, threads: 2, flatThreshold: 0, efConstruction };

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return String((error as { code?: unknown }).code ?? (error as Error).message);
  }
}

/** Does what the mode says; true when it went as it must. */
async function work(): Promise<boolean> {
  if (mode === 'abort') {
    const signal = AbortSignal.timeout(30);
    return (await codeOf(VectorIndex.build(vectors, { ...options, signal }))) === 'ABORTED';
  }
  if (mode === 'bad-progress') {
    const onProgress = (): void => {
      throw new Error('the callback failed');
    };
    const code = await codeOf(VectorIndex.build(vectors, { ...options, onProgress }));
    return code === 'the callback failed';
  }
  if (mode === 'close-early') {
    const index = VectorIndex.create(options);
    const adding = codeOf(index.add(vectors));
    setTimeout(() => index.close(), 30);
    return ['CLOSED', 'ABORTED'].includes(await adding);
  }
  const index = await VectorIndex.build(vectors, options);
  if (mode === 'close-batch') {
    const searching = codeOf(index.searchBatch(vectors, 10, { exact: true }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await index.close();
    return ['CLOSED', 'ABORTED'].includes(await searching);
  }
  const { lengths } = await index.searchBatch(vectors.subarray(0, 100 * DIMENSION), 5);
  if (mode === 'close') await index.close();
  return lengths.every((length) => length === 5);
}

const workDone = await work();
const end = performance.now();
process.on('exit', () => {
  console.log(JSON.stringify({ workDone, sinceWork: performance.now() - end }));
});
