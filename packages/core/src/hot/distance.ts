// Distances on 7-bit codes: |a - b|^2 = |a|^2 + |b|^2 - 2ab, in integers, so that every target,
// tier and thread gets the same graph. What counts as a norm depends on the metric (encode.ts). A
// query is bound to a scratch block once; under dot its codes are signed and norms masked out:
// -2ab.

import {
  CODE_WORDS,
  CODES,
  DISTANCE_COUNT,
  DISTANCES,
  GATHERED,
  HIDDEN,
  NORM_MASK,
  NORMS,
  QUAD,
  QUERY_CODES,
  QUERY_NORM,
} from './fields.ts';
import { dotCodes, dotCodesQuad, i32At, setI32, touch } from './machine.ts';

/** Makes stored `node` the query of this scratch block. */
export function bindNode(scratch: i32, node: i32): void {
  setI32(scratch + QUERY_CODES, i32At(CODES) + node * i32At(CODE_WORDS));
  setI32(scratch + QUERY_NORM, i32At(i32At(NORMS) + node));
  setI32(scratch + NORM_MASK, -1);
  setI32(scratch + HIDDEN, 0);
}

/** Distance between two stored nodes in code space. */
export function codeDistance(a: i32, b: i32): i32 {
  const codes = i32At(CODES);
  const words = i32At(CODE_WORDS);
  const norms = i32At(NORMS);
  const dot = dotCodes(codes + a * words, codes + b * words, words);
  return i32At(norms + a) + i32At(norms + b) - 2 * dot;
}

export function haveSameCodes(a: i32, b: i32): boolean {
  const codes = i32At(CODES);
  const words = i32At(CODE_WORDS);
  for (let i: i32 = 0; i < words; i++) {
    if (i32At(codes + a * words + i) !== i32At(codes + b * words + i)) return false;
  }
  return true;
}

/** Distance of the bound query to `node`. */
export function distanceTo(scratch: i32, node: i32): i32 {
  const words = i32At(CODE_WORDS);
  const dot = dotCodes(i32At(scratch + QUERY_CODES), i32At(CODES) + node * words, words);
  const norm = i32At(i32At(NORMS) + node) & i32At(scratch + NORM_MASK);
  setI32(scratch + DISTANCE_COUNT, i32At(scratch + DISTANCE_COUNT) + 1);
  return i32At(scratch + QUERY_NORM) + norm - 2 * dot;
}

/**
 * Loads one word of every cache line the next distances need, so that the misses overlap: there is
 * no prefetch instruction in WebAssembly. Returns a value that must be kept alive.
 */
export function touchGathered(scratch: i32, count: i32): i32 {
  const words = i32At(CODE_WORDS);
  const codes = i32At(CODES);
  const gathered = scratch + GATHERED;
  let mix: i32 = 0;
  for (let i: i32 = 0; i < count; i++) mix ^= touch(codes + i32At(gathered + i) * words, words);
  return mix;
}

/** Distances of the bound query to the gathered nodes, four at a time, into DISTANCES. */
export function measureGathered(scratch: i32, count: i32): void {
  const words = i32At(CODE_WORDS);
  const codes = i32At(CODES);
  const query = i32At(scratch + QUERY_CODES);
  const gathered = scratch + GATHERED;
  const distances = scratch + DISTANCES;
  const quads = count & ~3;
  for (let i: i32 = 0; i < quads; i += 4) {
    const a = codes + i32At(gathered + i) * words;
    const b = codes + i32At(gathered + i + 1) * words;
    const c = codes + i32At(gathered + i + 2) * words;
    const d = codes + i32At(gathered + i + 3) * words;
    dotCodesQuad(query, a, b, c, d, words, scratch + QUAD);
    for (let j: i32 = 0; j < 4; j++) setI32(distances + i + j, i32At(scratch + QUAD + j));
  }
  for (let i: i32 = quads; i < count; i++) {
    setI32(distances + i, dotCodes(query, codes + i32At(gathered + i) * words, words));
  }
  const norms = i32At(NORMS);
  const mask = i32At(scratch + NORM_MASK);
  const queryNorm = i32At(scratch + QUERY_NORM);
  for (let i: i32 = 0; i < count; i++) {
    const norm = i32At(norms + i32At(gathered + i)) & mask;
    setI32(distances + i, queryNorm + norm - 2 * i32At(distances + i));
  }
  setI32(scratch + DISTANCE_COUNT, i32At(scratch + DISTANCE_COUNT) + count);
}
