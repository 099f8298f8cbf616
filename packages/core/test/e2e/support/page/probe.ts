// What an index does, as plain data: run under Node and in pages, where it must come out the same.
// Draws its vectors itself and without functions whose last bit an engine may choose.

import { NodeFilter, Quantizer, uniform, VectorIndex } from '@nigh/core';

const DIMENSION = 48;
const COUNT = 1500;
const QUERIES = 40;
const CLUSTERS = 20;

/** Where the page finds what lies beside it; none under Node. */
export interface Places {
  /** An index that Node saved. */
  readonly snapshot: string;
  /** The worker of `attached.ts`. */
  readonly worker: string;
}

/** What differs from place to place. */
export interface Surroundings {
  readonly isolated: boolean;
  readonly tier: string;
  readonly memory: string;
  readonly threads: number;
  /** Turns that other tasks of the event loop had while the index was built. */
  readonly turns: number;
  /** What became of saving to a path, loading from one, and sharing. */
  readonly save: string;
  readonly load: string;
  readonly share: string;
  /** What became of asking for two threads. */
  readonly threaded: string;
}

export interface Probe {
  readonly surroundings: Surroundings;
  /** What must be the same everywhere. */
  readonly work: Readonly<Record<string, unknown>>;
  /** The index as `saveTo` wrote it, in base64. */
  readonly saved: string;
}

/** Clustered vectors: corners that are drawn first, and something beside each. */
export function drawVectors(seed: number, count: number): Float32Array {
  return Float32Array.from({ length: count * DIMENSION }, (_, i) => {
    const row = Math.floor(i / DIMENSION);
    const corner = (row % CLUSTERS) * DIMENSION + (i % DIMENSION);
    return uniform(7, corner) + 0.4 * uniform(seed, i) - 0.7;
  });
}

const queries = drawVectors(2, QUERIES);
const queryAt = (i: number): Float32Array => queries.subarray(i * DIMENSION, (i + 1) * DIMENSION);

/** Answers to all queries as plain arrays. */
export function answers(index: VectorIndex, filter?: NodeFilter): unknown[] {
  return Array.from({ length: QUERIES }, (_, i) => {
    const { nodes, distances } = index.search(queryAt(i), 10, filter ? { accept: filter } : {});
    return [[...nodes], [...distances]];
  });
}

/** The code of what an operation throws; `fine` when it throws nothing. */
async function outcome(operation: () => unknown): Promise<string> {
  try {
    await operation();
    return 'fine';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** Bytes that `saveTo` gives, in one piece. */
export async function savedBytes(index: VectorIndex): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  await index.saveTo(async (bytes) => {
    pieces.push(bytes.slice());
  });
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const piece of pieces) {
    whole.set(piece, end);
    end += piece.length;
  }
  return whole;
}

export async function loadBytes(bytes: Uint8Array): Promise<VectorIndex> {
  return VectorIndex.loadFrom({
    byteLength: bytes.length,
    async read(target, position) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
  });
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Writes an index to a file that the browser keeps for this origin. */
async function keepIndex(index: VectorIndex, name: string): Promise<void> {
  const folder = await navigator.storage.getDirectory();
  const file = await folder.getFileHandle(name, { create: true });
  const stream = await file.createWritable();
  await index.saveTo((bytes, position) =>
    stream.write({ type: 'write', position, data: bytes.slice() }),
  );
  await stream.close();
}

/** What the index finds that comes back from such a file, a piece at a time. */
async function answersOfKept(name: string): Promise<unknown> {
  const folder = await navigator.storage.getDirectory();
  const file = await (await folder.getFileHandle(name)).getFile();
  const index = await VectorIndex.loadFrom({
    byteLength: file.size,
    async read(target, position) {
      const part = await file.slice(position, position + target.length).arrayBuffer();
      target.set(new Uint8Array(part));
      return part.byteLength;
    },
  });
  const found = answers(index);
  await index.close();
  return found;
}

/** An index of the page's own choosing, and how often a timer came through meanwhile. */
async function buildWatched(): Promise<{ index: VectorIndex; turns: number }> {
  let turns = 0;
  const timer = setInterval(() => {
    turns++;
  }, 1);
  const index = await VectorIndex.build(drawVectors(1, COUNT), {
    ...{ dimension: DIMENSION, flatThreshold: 0, capacity: 3 * COUNT },
  });
  clearInterval(timer);
  return { index, turns };
}

/** What a worker finds in the index that it is given. */
function askWorker(index: VectorIndex, url: string): Promise<unknown> {
  const worker = new Worker(url, { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(index.share());
  }).finally(() => worker.terminate());
}

/** Adds, removes and rewrites; what is found at the end, and what is broken. */
async function change(index: VectorIndex): Promise<Record<string, unknown>> {
  await index.add(drawVectors(3, 300));
  const even = NodeFilter.where(index.nodes(), (node) => node % 2 === 0);
  const filtered = answers(index, even);
  index.remove(Array.from({ length: 400 }, (_, i) => 3 * i));
  await index.consolidate();
  const { recall, distanceCount } = (await index.evaluate({ queries, k: 10 })).points[0];
  const problems = index.verify();
  return { filtered, changed: answers(index), recall, distanceCount, problems };
}

/** The same in memory as small as codes make it. */
async function keepCodes(): Promise<Record<string, unknown>> {
  const options = { dimension: DIMENSION, flatThreshold: 0 };
  const found: Record<string, unknown> = {};
  for (const precision of ['int8', 'pq'] as const) {
    const index = await VectorIndex.build(drawVectors(1, COUNT), { ...options, precision });
    found[precision] = answers(index);
    await index.close();
  }
  const quantizer = await Quantizer.train(drawVectors(1, 200), {
    ...{ dimension: DIMENSION, precision: 'int8' },
  });
  return { ...found, codes: [...quantizer.encode(queryAt(0))] };
}

/** Everything at once. */
export async function probe(places?: Places): Promise<Probe> {
  const { index, turns } = await buildWatched();
  const { tier, memory, threads } = index.stats();
  const saved = await savedBytes(index);
  const built = answers(index);
  const again = await loadBytes(saved);
  const work = { built, again: answers(again), ...(await keepCodes()) };
  await again.close();
  const surroundings = {
    ...{ isolated: globalThis.crossOriginIsolated === true, tier, memory, threads, turns },
    save: await outcome(() => index.save('somewhere/else.nigh')),
    load: await outcome(() => VectorIndex.load('somewhere/else.nigh')),
    share: await outcome(() => index.share()),
    threaded: await outcome(() => VectorIndex.create({ dimension: 2, threads: 2 }).close()),
  };
  let elsewhere: unknown = { fetched: built, attached: built, kept: built };
  if (places) {
    const response = await fetch(places.snapshot);
    const fetched = await loadBytes(new Uint8Array(await response.arrayBuffer()));
    const attached = memory === 'shared' ? await askWorker(index, places.worker) : built;
    // Pages of plain http are given no files.
    if (globalThis.isSecureContext) await keepIndex(index, 'kept.nigh');
    const kept = globalThis.isSecureContext ? await answersOfKept('kept.nigh') : built;
    elsewhere = { fetched: answers(fetched), attached, kept };
    await fetched.close();
  }
  const changed = await change(index);
  await index.close();
  return { surroundings, work: { ...work, elsewhere, ...changed }, saved: toBase64(saved) };
}
