// Which target of the hot code runs here: relaxed SIMD, plain SIMD128, or JavaScript. All leave the
// same bytes in memory; they differ in speed only.

import { relaxedWasm, simdWasm } from './wasm.generated.ts';

export const TIERS = ['relaxed', 'simd', 'javascript'] as const;
/** A target of the hot code. All leave the same bytes; they differ in speed. */
export type Tier = (typeof TIERS)[number];

/** Decodes base64 without Buffer, so that it runs in browsers too. */
function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const modules = new Map<Tier, WebAssembly.Module>();

/** The compiled module of a WebAssembly tier; undefined where the engine cannot run it. */
export function wasmModule(tier: Tier): WebAssembly.Module | undefined {
  if (tier === 'javascript' || typeof WebAssembly === 'undefined') return undefined;
  const known = modules.get(tier);
  if (known) return known;
  const bytes = decode(tier === 'relaxed' ? relaxedWasm : simdWasm);
  if (!WebAssembly.validate(bytes)) return undefined;
  const module = new WebAssembly.Module(bytes);
  modules.set(tier, module);
  return module;
}

/** The fastest tier this engine supports. */
export function detectTier(): Tier {
  if (typeof SharedArrayBuffer === 'undefined') return 'javascript';
  return TIERS.find((tier) => tier === 'javascript' || wasmModule(tier)) ?? 'javascript';
}
