/**
 * The kernels of one tier in a process of its own, started by micro/kernels.ts: sharing a process,
 * the tiers would share call sites and slow each other down.
 */
import type { Tier } from '@nigh/core';
import { Random } from '@nigh/testkit';
import { Bench } from 'tinybench';
import { type HotCode, loadHotCode, type Views } from './core-internals.ts';

export interface KernelSettings {
  readonly tier: Tier;
  readonly dimension: number;
  readonly seed: number;
  /** Milliseconds per kernel, after a tenth of that as warm-up. */
  readonly milliseconds: number;
}

export interface KernelResult {
  readonly kernel: string;
  /** Nanoseconds per vector (per insertion for the pool): median and its relative deviation. */
  readonly nanoseconds: number;
  readonly deviation: number;
}

/** Vectors a kernel runs over, from one query; at dimension 128 they fit into the second cache. */
const COUNT = 512;
const POOL_CAPACITY = 64;
const MEMORY_BYTES = 64 * 2 ** 20;
/** Words of memory left free at the start; the pool and the four results of a quad live there. */
const POOL = 1024;
const OUT = 2048;
const VECTORS = 4096;

if (import.meta.main) {
  const settings = JSON.parse(process.argv[2] ?? '{}') as KernelSettings;
  console.log(JSON.stringify(await measureKernels(settings)));
}

async function measureKernels(settings: KernelSettings): Promise<KernelResult[]> {
  const { tier, dimension, milliseconds } = settings;
  const codeWords = Math.ceil(dimension / 16) * 4;
  const codes = VECTORS + (COUNT + 1) * dimension;
  const { hot, views } = await loadHotCode(tier, MEMORY_BYTES);
  fillMemory(views, settings.seed, codes, (COUNT + 1) * codeWords);
  const bench = new Bench({ name: tier, time: milliseconds, warmupTime: milliseconds / 10 });
  addFloatKernels(bench, hot, dimension);
  addCodeKernels(bench, hot, codes, codeWords);
  addBitKernels(bench, hot, dimension);
  addPool(bench, hot, settings.seed);
  await bench.run();
  return bench.tasks.map(({ name, result }) => {
    if (!('latency' in result)) throw new Error(`${name} did not run: ${result.state}`);
    const { p50, mad } = result.latency;
    return { kernel: name, nanoseconds: (p50 * 1e6) / COUNT, deviation: mad / p50 };
  });
}

/** Floats and behind them 7-bit codes, drawn by the seed; the query is the last row of each. */
function fillMemory(views: Views, seed: number, codes: number, codesLength: number): void {
  const random = new Random(seed);
  for (let word = VECTORS; word < codes; word++) views.f32s[word] = random.normal();
  const end = (codes + codesLength) * 4;
  for (let byte = codes * 4; byte < end; byte++) views.u8s[byte] = random.integer(0, 128);
}

// Every kernel has a loop of its own: one loop over all of them would call through one site. The
// result of a task is handed to tinybench, so that no loop is left out as unused.

function addFloatKernels(bench: Bench, hot: HotCode, dimension: number): void {
  const query = VECTORS + COUNT * dimension;
  bench.add('l2Floats', () => {
    let sink = 0;
    for (let word = VECTORS; word < query; word += dimension) {
      sink += hot.l2Floats(query, word, dimension);
    }
    return sink;
  });
  bench.add('dotFloats', () => {
    let sink = 0;
    for (let word = VECTORS; word < query; word += dimension) {
      sink += hot.dotFloats(query, word, dimension);
    }
    return sink;
  });
  const [one, two, three] = [dimension, 2 * dimension, 3 * dimension];
  bench.add('l2FloatsQuad', () => {
    for (let a = VECTORS; a < query; a += 4 * dimension) {
      hot.l2FloatsQuad(query, a, a + one, a + two, a + three, dimension, OUT);
    }
  });
}

function addCodeKernels(bench: Bench, hot: HotCode, codes: number, words: number): void {
  const query = codes + COUNT * words;
  bench.add('dotCodes', () => {
    let sink = 0;
    for (let word = codes; word < query; word += words) sink += hot.dotCodes(query, word, words);
    return sink;
  });
  bench.add('dotCodesQuad', () => {
    for (let a = codes; a < query; a += 4 * words) {
      hot.dotCodesQuad(query, a, a + words, a + 2 * words, a + 3 * words, words, OUT);
    }
  });
}

/** Bits are whatever lies where the floats do: they are counted at the same speed. */
function addBitKernels(bench: Bench, hot: HotCode, dimension: number): void {
  const words = Math.ceil(dimension / 128) * 4;
  const query = VECTORS + COUNT * words;
  bench.add('hammingBits', () => {
    let sink = 0;
    for (let word = VECTORS; word < query; word += words) {
      sink += hot.hammingBits(query, word, words);
    }
    return sink;
  });
  bench.add('dotPlanes', () => {
    let sink = 0;
    for (let word = VECTORS; word < query; word += words) sink += hot.dotPlanes(word, query, words);
    return sink;
  });
}

function addPool(bench: Bench, hot: HotCode, seed: number): void {
  const random = new Random(seed);
  const keys = Int32Array.from({ length: COUNT }, () => random.integer(0, 1 << 20));
  bench.add(`poolInsert, capacity ${POOL_CAPACITY}`, () => {
    let sink = 0;
    hot.poolReset(POOL, POOL_CAPACITY);
    for (let node = 0; node < COUNT; node++) {
      sink += hot.poolInsert(POOL, keys[node] as number, node);
    }
    return sink;
  });
}
