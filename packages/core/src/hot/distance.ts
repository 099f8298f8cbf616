// Distances on 7-bit codes: |a - b|^2 = |a|^2 + |b|^2 - 2ab, in integers, so that every target,
// tier and thread gets the same graph. What counts as a norm depends on the metric (encode.ts). A
// query is bound to a scratch block once; under dot its codes are signed and norms masked out:
// -2ab. Other kinds of codes, in sealed segments, give estimates of the metric's own distance.

import { binaryDistance } from './binary.ts';
import {
  BINARY_CODES,
  CODE_KIND,
  CODE_WORDS,
  CODES,
  DISTANCE_COUNT,
  DISTANCES,
  FINE_CODES,
  GATHERED,
  HIDDEN,
  HUB_CODES,
  HUB_NORMS,
  HUBS,
  INT8_CODES,
  NORM_MASK,
  NORMS,
  QUERY_CODES,
  QUERY_NORM,
} from './fields.ts';
import { dotCodes, i32At, measureCodes, setI32, touch } from './machine.ts';
import { productDistance } from './product.ts';

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

/** True when two slots have the same 7-bit codes; whoever has others cannot tell any more. */
export function haveSameCodes(a: i32, b: i32): boolean {
  if (i32At(CODE_KIND) !== INT8_CODES) return true;
  const codes = i32At(CODES);
  const words = i32At(CODE_WORDS);
  for (let i: i32 = 0; i < words; i++) {
    if (i32At(codes + a * words + i) !== i32At(codes + b * words + i)) return false;
  }
  return true;
}

/** True when keys are integers that grow with l2: of all codes with 7 or 8 bits a component. */
export function isStepped(): boolean {
  const kind = i32At(CODE_KIND);
  return kind === INT8_CODES || kind === FINE_CODES;
}

/** Estimated distance of the bound query to `node` where codes are not 7-bit ones. */
export function estimate(scratch: i32, node: i32): i32 {
  if (i32At(CODE_KIND) === BINARY_CODES) return binaryDistance(scratch, node);
  return productDistance(scratch, node);
}

/** Distance of the bound query to `node`. */
export function distanceTo(scratch: i32, node: i32): i32 {
  setI32(scratch + DISTANCE_COUNT, i32At(scratch + DISTANCE_COUNT) + 1);
  if (!isStepped()) return estimate(scratch, node);
  const words = i32At(CODE_WORDS);
  const code = i32At(CODES) + node * words;
  const query = i32At(scratch + QUERY_CODES);
  // The side that may have signs comes first.
  const fine = i32At(CODE_KIND) === FINE_CODES;
  const dot = fine ? dotCodes(code, query, words) : dotCodes(query, code, words);
  const norm = i32At(i32At(NORMS) + node) & i32At(scratch + NORM_MASK);
  return i32At(scratch + QUERY_NORM) + norm - 2 * dot;
}

/**
 * Loads one word of every cache line the next distances need, so that the misses overlap: there is
 * no prefetch instruction in WebAssembly. Returns a value that must be kept alive.
 */
export function touchGathered(scratch: i32, count: i32): i32 {
  const words = i32At(CODE_WORDS);
  const codes = i32At(CODES);
  const norms = i32At(NORMS);
  const gathered = scratch + GATHERED;
  let mix: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const node = i32At(gathered + i);
    mix ^= touch(codes + node * words, words) ^ i32At(norms + node);
  }
  return mix;
}

/** Distances on codes with norms of the bound query to the rows of GATHERED, into DISTANCES. */
function measureSteps(scratch: i32, codes: i32, norms: i32, count: i32): void {
  measureCodes(
    i32At(scratch + QUERY_CODES),
    i32At(scratch + QUERY_NORM),
    codes,
    i32At(CODE_WORDS),
    norms,
    i32At(scratch + NORM_MASK),
    scratch + GATHERED,
    count,
    scratch + DISTANCES,
    i32At(CODE_KIND) === FINE_CODES,
  );
}

/** Distances of the bound query to the gathered nodes, into DISTANCES. */
export function measureGathered(scratch: i32, count: i32): void {
  setI32(scratch + DISTANCE_COUNT, i32At(scratch + DISTANCE_COUNT) + count);
  if (isStepped()) {
    measureSteps(scratch, i32At(CODES), i32At(NORMS), count);
    return;
  }
  for (let i: i32 = 0; i < count; i++) {
    setI32(scratch + DISTANCES + i, estimate(scratch, i32At(scratch + GATHERED + i)));
  }
}

/**
 * Distances of the bound query to the hubs [first, first + count), at most MAX_DEGREE, into
 * DISTANCES, and their slots into GATHERED. Codes with norms lie one after another for hubs: read
 * in order, nothing has to be touched before. Others are smaller, and read where they are.
 */
export function measureHubs(scratch: i32, first: i32, count: i32): void {
  const gathered = scratch + GATHERED;
  const hubs = i32At(HUBS) + first;
  const stepped = isStepped();
  if (stepped) {
    for (let i: i32 = 0; i < count; i++) setI32(gathered + i, first + i);
    measureSteps(scratch, i32At(HUB_CODES), i32At(HUB_NORMS), count);
    setI32(scratch + DISTANCE_COUNT, i32At(scratch + DISTANCE_COUNT) + count);
  }
  for (let i: i32 = 0; i < count; i++) setI32(gathered + i, i32At(hubs + i));
  if (!stepped) measureGathered(scratch, count);
}
