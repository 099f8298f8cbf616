// The modules as they are kept in the sources. In hex, because servers compress it to two thirds of
// what they make of base64: the same bytes are the same text wherever they stand. One tier is
// kept as a patch of the other, from which it differs in a twentieth.

import { relaxedWasm, simdPatch } from './wasm.generated.ts';

/** Decodes hex without Buffer, so that it runs in browsers too. */
function decode(hex: string): Uint8Array<ArrayBuffer> {
  const digit = (at: number): number => {
    const code = hex.charCodeAt(at);
    return code < 58 ? code - 48 : code - 87;
  };
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = digit(2 * i) * 16 + digit(2 * i + 1);
  return bytes;
}

/**
 * The bytes that `patch` makes of `base`. A patch is a row of steps: how many bytes follow, these
 * bytes, how far from the end of the last copy the next one begins (its sign in the lowest bit),
 * how many bytes are copied. Numbers are unsigned LEB128, as in the modules themselves.
 */
export function applyPatch(
  base: Uint8Array<ArrayBuffer>,
  patch: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const output: number[] = [];
  let at = 0;
  let from = 0;
  const readNumber = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = patch[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < patch.length) {
    for (let left = readNumber(); left > 0; left--) output.push(patch[at++]);
    const step = readNumber();
    from += step & 1 ? -((step + 1) >> 1) : step >> 1;
    for (let left = readNumber(); left > 0; left--) output.push(base[from++]);
  }
  return Uint8Array.from(output);
}

/** The module of a tier that runs as WebAssembly. */
export function wasmBytes(tier: 'relaxed' | 'simd'): Uint8Array<ArrayBuffer> {
  const relaxed = decode(relaxedWasm);
  return tier === 'relaxed' ? relaxed : applyPatch(relaxed, decode(simdPatch));
}
