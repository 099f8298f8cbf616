// Runs the `nigh` commands of a document one after another in a folder of their own, in one
// process, with the built program: `node run-commands.ts ROOT < commands.json`, which prints a line
// of JSON for each. The files that the documents speak of lie in the folder: three components each,
// so that a vector can be typed.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { argv, stdin, stdout } from 'node:process';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const DIMENSION = 3;

/** Numbers that look like chance and are the same each time. */
function floats(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count * DIMENSION }, (_, i) => Math.sin(seed + 12.9898 * i));
}

function npy(count: number, data: Float32Array): Buffer {
  const shape = `{'descr': '<f4', 'fortran_order': False, 'shape': (${count}, ${DIMENSION}), }`;
  const header = Buffer.from(`\x93NUMPY\x01\x00..${shape.padEnd(117)}\n`, 'latin1');
  header.writeUInt16LE(header.length - 10, 8);
  return Buffer.concat([header, Buffer.from(data.buffer)]);
}

function fbin(count: number, data: Float32Array): Buffer {
  return Buffer.concat([
    Buffer.from(Int32Array.of(count, DIMENSION).buffer),
    Buffer.from(data.buffer),
  ]);
}

function fvecs(count: number, data: Float32Array): Buffer {
  const dimension = Buffer.from(Int32Array.of(DIMENSION).buffer);
  const rows = Array.from({ length: count }, (_, i) =>
    data.slice(i * DIMENSION, (i + 1) * DIMENSION),
  );
  return Buffer.concat(rows.flatMap((row) => [dimension, Buffer.from(row.buffer)]));
}

function film(id: number, embeddings: Float32Array): Record<string, unknown> {
  const subject = ['a detective', 'a thief', 'a captain'][id % 3];
  return {
    ...{ id, year: 1920 + (id % 100), genres: ['Crime', 'Drama'].slice(0, 1 + (id % 2)) },
    ...{ title: `Film ${id}`, text: `${subject} hunts a thief`, plot: `${subject} sails` },
    ...{
      seen: '2024-05-01',
      embedding: [...embeddings.slice(id * DIMENSION, (id + 1) * DIMENSION)],
    },
  };
}

/** The films as Arrow IPC, written by the library that the tests of the readers have. */
function arrow(root: string, films: readonly Record<string, unknown>[]): Uint8Array {
  const require = createRequire(join(root, 'packages/formats/package.json'));
  const flechette = require('@uwdata/flechette');
  const types = { embedding: flechette.fixedSizeList(flechette.float32(), DIMENSION) };
  const names = Object.keys(films[0] ?? {});
  const columns = names.map((name) => [name, films.map((row) => row[name])]);
  const table = flechette.tableFromArrays(Object.fromEntries(columns), { types });
  return flechette.tableToIPC(table, { format: 'file' });
}

function writeFiles(root: string): void {
  const [count, queries] = [2_000, 20];
  const films = Array.from({ length: 1_500 }, (_, id) => film(id, floats(1_500, 3)));
  writeFileSync('vectors.npy', npy(count, floats(count, 1)));
  writeFileSync('vectors.fvecs', fvecs(count, floats(count, 1)));
  writeFileSync('vectors.fbin', fbin(count, floats(count, 1)));
  writeFileSync('queries.npy', npy(queries, floats(queries, 2)));
  writeFileSync('queries.fbin', fbin(queries, floats(queries, 2)));
  writeFileSync('films.npy', npy(films.length, floats(films.length, 3)));
  writeFileSync('films.jsonl', films.map((row) => `${JSON.stringify(row)}\n`).join(''));
  writeFileSync('films.arrow', arrow(root, films));
}

const root = argv[2] ?? '.';
const { run } = await import(pathToFileURL(join(root, 'packages/cli/dist/run.js')).href);
writeFiles(root);
for (const words of JSON.parse(await text(stdin)) as string[][]) {
  const said: string[] = [];
  const stream = { isTTY: false, write: (part: string) => said.push(part) > 0 };
  const signal = new AbortController().signal;
  const code = await run(words, { stdout: stream, stderr: stream, signal });
  stdout.write(`${JSON.stringify({ words, code, said: said.join('') })}\n`);
}
