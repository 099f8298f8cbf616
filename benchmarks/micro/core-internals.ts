/**
 * Loads the hot code from the compiled core by path: kernels are no part of its surface, and only
 * the micro benchmarks may look behind it. Addresses are words (4 bytes) of one memory.
 */
import type { Tier } from '@nigh/core';

/** The functions measured; the same in every tier. */
export interface HotCode {
  l2Floats(a: number, b: number, dimension: number): number;
  dotFloats(a: number, b: number, dimension: number): number;
  l2FloatsQuad: Quad;
  dotCodes(a: number, b: number, words: number): number;
  dotCodesQuad: Quad;
  hammingBits(a: number, b: number, words: number): number;
  dotPlanes(row: number, planes: number, words: number): number;
  poolReset(pool: number, capacity: number): void;
  poolInsert(pool: number, key: number, node: number): number;
}

/** (query, a, b, c, d, length, out): one query against four rows, the four results to `out`. */
type Quad = (...words: number[]) => void;

/** Typed views of one memory, whole. */
export interface Views {
  readonly f32s: Float32Array;
  readonly u8s: Uint8Array;
}

interface Memory {
  readonly buffer: ArrayBufferLike;
}

/** The hot code of `tier` over a fresh memory of `byteLength` bytes. */
export async function loadHotCode(
  tier: Tier,
  byteLength: number,
): Promise<{ hot: HotCode; views: Views }> {
  const engine = (await load('engine/engine.js')) as {
    viewsOf(buffer: ArrayBufferLike): Views;
    bindHotCode(memory: Memory, views: Views, tier: Tier): HotCode;
  };
  const { allocateMemory } = (await load('memory/segment-memory.js')) as {
    allocateMemory(
      wanted: { kind: 'shared'; wasm: true },
      byteLength: number,
      available: number,
    ): Memory;
  };
  const memory = allocateMemory({ kind: 'shared', wasm: true }, byteLength, byteLength);
  const views = engine.viewsOf(memory.buffer);
  if (tier !== 'javascript') return { hot: engine.bindHotCode(memory, views, tier), views };
  // Bound once, as inside a search: the door of the engine binds at every call.
  const { bindMachine } = (await load('hot/machine.js')) as { bindMachine(views: Views): void };
  bindMachine(views);
  return { hot: (await load('hot/index.js')) as HotCode, views };
}

function load(path: string): Promise<unknown> {
  return import(new URL(`dist/${path}`, import.meta.resolve('@nigh/core/package.json')).href);
}
