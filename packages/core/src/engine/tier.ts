// Which target of the hot code runs here: relaxed SIMD, plain SIMD128, or JavaScript. All leave the
// same bytes in memory; they differ in speed only.

import { ErrorCode, VectorIndexError } from '../errors.ts';
import type { MemoryKind } from '../memory/segment-memory.ts';
import { unshare } from './unshare.ts';
import { wasmBytes } from './wasm-bytes.ts';

export const TIERS = ['relaxed', 'simd', 'javascript'] as const;
/** A target of the hot code. All leave the same bytes; they differ in speed. */
export type Tier = (typeof TIERS)[number];

/** What was tried, by tier and memory: each is compiled once. */
const modules = new Map<string, WebAssembly.Module | undefined>();

/**
 * Undefined where the engine does not know the instructions, or a page's policy forbids it, which
 * some engines call an EvalError.
 */
function compile(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module | undefined {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    const isRefusal = error instanceof WebAssembly.CompileError || error instanceof EvalError;
    if (isRefusal) return undefined;
    throw error;
  }
}

/**
 * The compiled module of a WebAssembly tier for memory of a kind; undefined where the engine cannot
 * run it.
 */
export function wasmModule(tier: Tier, memory: MemoryKind): WebAssembly.Module | undefined {
  if (tier === 'javascript' || typeof WebAssembly === 'undefined') return undefined;
  const key = `${tier} ${memory}`;
  if (modules.has(key)) return modules.get(key);
  const bytes = wasmBytes(tier);
  const module = compile(memory === 'shared' ? bytes : unshare(bytes));
  modules.set(key, module);
  return module;
}

/** The error for a tier that this engine cannot run. */
export function unsupportedTier(tier: Tier): VectorIndexError {
  return new VectorIndexError(
    ErrorCode.unsupportedRuntime,
    `this engine cannot run the '${tier}' tier; leave the option out to use what it can`,
    { tier },
  );
}

/** The fastest tier this engine supports on memory of a kind. */
export function detectTier(memory: MemoryKind): Tier {
  return TIERS.find((tier) => wasmModule(tier, memory)) ?? 'javascript';
}
