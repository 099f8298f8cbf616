// How heavy a page becomes by @nigh/core: everything it may load, bundled and minified, without
// piscina, which is for Node alone.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';

/**
 * What a page may have to load of the engine, so that growth is noticed. Of 88 kB, 52 are the
 * engine, 14 the hot code as JavaScript, and 22 the same as WebAssembly, for both tiers.
 */
export const CORE_GZIPPED_LIMIT = 95_000;

/** Bytes of all chunks, each gzipped by itself as a server sends it. */
export async function gzippedSize(project: string): Promise<number> {
  const { output } = (await build({
    root: project,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: {
        input: join(project, 'node_modules/@nigh/core/dist/index.js'),
        preserveEntrySignatures: 'strict',
        external: ['piscina', /^node:/],
      },
    },
  })) as Rolldown.RolldownOutput;
  return output
    .map((file) => gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }))
    .reduce((sum, { length }) => sum + length, 0);
}
