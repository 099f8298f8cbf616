// How the page is served and built: the headers that isolate it, and a snapshot that Node makes.
// Nigh itself needs no configuration.

import { VectorIndex } from '@nigh/core';
import { defineConfig, type Plugin } from 'vite';
import { drawVectors, OPTIONS, SAVED } from './data.ts';

const SNAPSHOT = 'vectors.nigh';

/** An index as bytes, built on all cores. */
async function makeSnapshot(): Promise<Buffer> {
  const index = await VectorIndex.build(drawVectors(SAVED, 1), OPTIONS);
  const pieces: Buffer[] = [];
  await index.saveTo(async (bytes) => {
    pieces.push(Buffer.from(bytes));
  });
  await index.close();
  return Buffer.concat(pieces);
}

/** Serves the snapshot beside the page, or puts it there. */
function snapshot(): Plugin {
  return {
    name: 'snapshot',
    configureServer({ middlewares }) {
      middlewares.use(`/${SNAPSHOT}`, async (_request, response) => {
        response.end(await makeSnapshot());
      });
    },
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: SNAPSHOT, source: await makeSnapshot() });
    },
  };
}

/** With these the page gets memory that its workers can share. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  server: { headers },
  preview: { headers },
  plugins: [snapshot()],
});
