// The page: loads what Node built, builds an index of its own, and says how both do.

import { VectorIndex, type VectorIndexError } from '@nigh/core';
import { BUILT, DIMENSION, drawVectors, OPTIONS, SAVED } from './data.ts';

const QUERIES = 200;
const queries = drawVectors(QUERIES, 2);

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 2 });

/** Writes a fact to its place in the page. */
function show(id: string, fact: string): void {
  const place = document.getElementById(id);
  if (place) place.textContent = fact;
}

/** The nearest ten of every query, as text that can be compared. */
function answers(index: VectorIndex): string {
  const found = Array.from({ length: QUERIES }, (_, i) =>
    index.search(queries.subarray(i * DIMENSION, (i + 1) * DIMENSION), 10).nodes.join(),
  );
  return found.join(';');
}

/** An index from a file that the server has. */
async function fetchIndex(url: string): Promise<VectorIndex> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  show('bytes', `${whole.format(bytes.length / 1000)} kB`);
  return VectorIndex.loadFrom({
    byteLength: bytes.length,
    async read(target, position) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
  });
}

async function compareWithNode(): Promise<void> {
  const loaded = await fetchIndex('vectors.nigh');
  const built = await VectorIndex.build(drawVectors(SAVED, 1), OPTIONS);
  show('loaded', `${whole.format(loaded.count)} vectors`);
  show('same', answers(loaded) === answers(built) ? 'the same' : 'not the same');
  await Promise.all([loaded.close(), built.close()]);
}

async function buildHere(): Promise<void> {
  const bar = document.querySelector('progress');
  const start = performance.now();
  const index = await VectorIndex.build(drawVectors(BUILT, 1), {
    ...OPTIONS,
    onProgress({ done, total }) {
      if (bar) bar.value = done / total;
    },
  });
  const { tier, memory } = index.stats();
  show('tier', tier);
  show('memory', memory);
  show('built', `${whole.format(performance.now() - start)} ms`);
  const { points } = await index.evaluate({ queries, k: 10 });
  show('recall', percent.format(points[0].recall));
  show('latency', `${whole.format(1e6 / points[0].queriesPerSecond)} µs`);
  await index.close();
}

show('isolated', globalThis.crossOriginIsolated ? 'yes' : 'no');
show('count', whole.format(BUILT));
try {
  await compareWithNode();
  await buildHere();
  show('state', 'Done.');
} catch (error) {
  show('state', `${(error as VectorIndexError).code ?? 'Error'}: ${(error as Error).message}`);
}
