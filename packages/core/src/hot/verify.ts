// Walks a segment and counts every broken invariant. It trusts nothing: a number is checked before
// it is used as an address, so that a forged file can be verified safely. In parts, so that a file
// is verified while its rest is still being read.

import { countRow } from './code-kernels.ts';
import { haveSameCodes, isStepped } from './distance.ts';
import { codeNorm } from './encode.ts';
import {
  BINARY_CODES,
  BINARY_FACTORS,
  BY_HUBS,
  CODE_KIND,
  CODE_WORDS,
  CODES,
  COPIES,
  COPY_COUNT,
  COUNT,
  ENTRY_COUNT,
  ENTRY_KIND,
  ENTRY_POINTS,
  FINE_CODES,
  FIRST_COPY,
  FLOAT32_VECTORS,
  HUB_CODES,
  HUB_COUNT,
  HUB_NORMS,
  HUBS,
  INT8_CODES,
  LINKED,
  MAX_LEVEL,
  NONE,
  NORMS,
  PARENTED,
  PARENTS,
  REPORT,
  SAME_VECTOR,
  TOMBSTONES,
  UPPER_COUNT,
  UPPER_HEADS,
  VECTOR_KIND,
  VECTOR_WORDS,
  VECTORS,
} from './fields.ts';
import { fineNorm } from './fine.ts';
import { hasNeighbor, isCopy, levelOf, maxDegree, nodeOf, rowOf } from './graph.ts';
import { areNeighbors, clear, f32At, i32At, orWords, setI32, u8At } from './machine.ts';
import { markReachable } from './reach.ts';
import { visitedAdd, visitedReset, visitedWord } from './visited.ts';

/** The kinds of damage, in the order of REPORT's pairs (count, first node). */
export const BAD_DEGREE: i32 = 0;
export const BAD_NEIGHBOR: i32 = 1;
export const SELF_LINK: i32 = 2;
export const DUPLICATE_NEIGHBOR: i32 = 3;
export const NEIGHBOR_BELOW_LEVEL: i32 = 4;
export const BAD_LEVEL: i32 = 5;
export const BAD_UPPER_HEAD: i32 = 6;
export const BAD_ENTRY_POINT: i32 = 7;
export const UNREACHABLE: i32 = 8;
export const BAD_NORM: i32 = 9;
export const BAD_CODE: i32 = 10;
export const BAD_TOMBSTONE: i32 = 11;
export const BAD_SLOT: i32 = 12;
export const BAD_COPY: i32 = 13;
export const BAD_HUB: i32 = 14;
export const BAD_PARENT: i32 = 15;
export const KIND_COUNT: i32 = 16;

const CODE_SIGNS: i32 = 0x80808080 | 0;
/** The bits of the float32 infinity. */
const INFINITY: i32 = 0x7f800000;

function report(scratch: i32, kind: i32, node: i32): void {
  const word = scratch + REPORT + 2 * kind;
  if (i32At(word) === 0) setI32(word + 1, node);
  setI32(word, i32At(word) + 1);
}

function verifyRow(scratch: i32, node: i32, level: i32): void {
  const row = rowOf(node, level);
  const degree = i32At(row);
  const linked = i32At(LINKED);
  if (degree < 0 || degree > maxDegree(level)) {
    report(scratch, BAD_DEGREE, node);
    return;
  }
  const first = i32At(FIRST_COPY);
  const copies = i32At(COPY_COUNT);
  // Hardly a row is bad: all are asked at once, and only those that are get told one by one.
  if (level === 0 && areNeighbors(row + 1, degree, node, linked, first, copies)) return;
  for (let i: i32 = 0; i < degree; i++) {
    const neighbor = i32At(row + 1 + i);
    if (neighbor < 0 || neighbor >= linked || isCopy(neighbor)) {
      report(scratch, BAD_NEIGHBOR, node);
      continue;
    }
    if (neighbor === node) report(scratch, SELF_LINK, node);
    if (levelOf(neighbor) < level) report(scratch, NEIGHBOR_BELOW_LEVEL, node);
    for (let j: i32 = 0; j < i; j++) {
      if (i32At(row + 1 + j) === neighbor) report(scratch, DUPLICATE_NEIGHBOR, node);
    }
  }
}

/** The node's level and upper rows lie in range, or its rows may not be read. */
function verifyLevel(scratch: i32, node: i32, maxLevel: i32): void {
  const level = levelOf(node);
  if (level === 0) return;
  if (level > maxLevel) {
    report(scratch, BAD_LEVEL, node);
    return;
  }
  const head = i32At(i32At(UPPER_HEADS) + node);
  if (head < 0 || head > i32At(UPPER_COUNT) - level) report(scratch, BAD_UPPER_HEAD, node);
}

/** Bits have factors that are finite and not negative, and say how many of them are set. */
function verifyBits(scratch: i32, slot: i32): void {
  const words = i32At(CODE_WORDS) - BINARY_FACTORS;
  const row = i32At(CODES) + slot * i32At(CODE_WORDS);
  const last = i32At(row + words + BINARY_FACTORS - 1);
  if (countRow(row, words) !== (last & 0xffff)) report(scratch, BAD_NORM, slot);
  for (let i: i32 = 0; i < BINARY_FACTORS; i++) {
    // Also of the upper half of the last: infinity, NaN and what is negative have the largest bits.
    const bits = i32At(row + words + i);
    if (bits < 0 || bits >= INFINITY) report(scratch, BAD_CODE, slot);
  }
}

/** Fine codes have no -128, which a kernel could not add exactly, and the norm that is theirs. */
function verifyFine(scratch: i32, slot: i32): void {
  const words = i32At(CODE_WORDS);
  const row = i32At(CODES) + slot * words;
  for (let i: i32 = 0; i < 4 * words; i++) {
    if (u8At(row, i) !== 128) continue;
    report(scratch, BAD_CODE, slot);
    break;
  }
  if (fineNorm(row) !== i32At(i32At(NORMS) + slot)) report(scratch, BAD_NORM, slot);
}

function verifyCode(scratch: i32, node: i32): void {
  const kind = i32At(CODE_KIND);
  if (kind === BINARY_CODES) verifyBits(scratch, node);
  if (kind === FINE_CODES) verifyFine(scratch, node);
  if (kind !== INT8_CODES) return; // every byte names a centroid
  const words = i32At(CODE_WORDS);
  const row = i32At(CODES) + node * words;
  if ((orWords(row, words) & CODE_SIGNS) !== 0) report(scratch, BAD_CODE, node);
  if (codeNorm(row) !== i32At(i32At(NORMS) + node)) report(scratch, BAD_NORM, node);
}

function verifyEntry(scratch: i32, linked: i32): boolean {
  const entries = i32At(ENTRY_COUNT);
  const entry = i32At(i32At(ENTRY_POINTS));
  if (linked === 0 && entries === 0) return true;
  if (linked > 0 && entries === 1 && entry >= 0 && entry < linked) {
    if (levelOf(entry) === i32At(MAX_LEVEL) && !isCopy(entry)) return true;
  }
  report(scratch, BAD_ENTRY_POINT, entry);
  return false;
}

/** True when hub `index`, which is `slot`, has the norm and the codes of its slot, if any. */
function isHubOf(index: i32, slot: i32): boolean {
  if (!isStepped()) return true;
  if (i32At(i32At(HUB_NORMS) + index) !== i32At(i32At(NORMS) + slot)) return false;
  const words = i32At(CODE_WORDS);
  const hub = i32At(HUB_CODES) + index * words;
  const codes = i32At(CODES) + slot * words;
  for (let i: i32 = 0; i < words; i++) {
    if (i32At(hub + i) !== i32At(codes + i)) return false;
  }
  return true;
}

/** The hubs are slots of the graph, each once, the entry point first. */
function verifyHubs(scratch: i32, marker: i32, linked: i32): void {
  if (i32At(ENTRY_KIND) !== BY_HUBS || linked === 0) return;
  const hubs = i32At(HUBS);
  const marks = visitedWord(marker);
  const epoch = visitedReset(marker);
  const count = i32At(HUB_COUNT);
  if (count === 0 || i32At(hubs) !== i32At(i32At(ENTRY_POINTS))) report(scratch, BAD_HUB, NONE);
  for (let i: i32 = 0; i < count; i++) {
    const slot = i32At(hubs + i);
    const known = slot >= 0 && slot < linked && !isCopy(slot);
    if (known && visitedAdd(marks, epoch, slot) && isHubOf(i, slot)) continue;
    report(scratch, BAD_HUB, slot);
  }
}

/**
 * Tombstones of nodes that do not exist, which would hide what is added later. Looks at the bits
 * that share a word with the last node and no further: the words behind are fresh zeros, in a
 * snapshot they are not even there, and there may be a million of them for a single node.
 */
function verifyTombstones(scratch: i32): void {
  const count = i32At(COUNT);
  if ((count & 31) === 0) return;
  const bits = i32At(i32At(TOMBSTONES) + (count >> 5));
  for (let bit = count & 31; bit < 32; bit++) {
    if (((bits >> bit) & 1) !== 0) report(scratch, BAD_TOMBSTONE, count - (count & 31) + bit);
  }
}

function verifyReachable(scratch: i32, marker: i32, linked: i32): void {
  if (markReachable(scratch, marker) === linked - i32At(COPY_COUNT)) return;
  const epoch = i32At(marker);
  for (let slot: i32 = 0; slot < linked; slot++) {
    if (u8At(visitedWord(marker), slot) === epoch || isCopy(slot)) continue;
    report(scratch, UNREACHABLE, slot);
  }
}

/** True when the parent of `slot` is a slot of the graph whose row names it. */
function hasParent(slot: i32): boolean {
  const parent = i32At(i32At(PARENTS) + slot);
  if (parent < 0 || parent >= i32At(LINKED) || isCopy(parent)) return false;
  return hasNeighbor(rowOf(parent, 0), slot);
}

/**
 * Where parents are known, they name their children and lead to the entry point. What does is
 * marked in `marker`; each slot is passed once, as the marks of `scratch` say.
 */
function verifyParents(scratch: i32, marker: i32, linked: i32): void {
  if (i32At(PARENTED) === 0) return;
  if (i32At(PARENTED) !== linked) report(scratch, BAD_PARENT, i32At(PARENTED));
  const parents = i32At(PARENTS);
  const led = visitedWord(marker);
  const passed = visitedWord(scratch);
  const ledEpoch = visitedReset(marker);
  const passedEpoch = visitedReset(scratch);
  const root = i32At(i32At(ENTRY_POINTS));
  if (i32At(parents + root) === NONE) visitedAdd(led, ledEpoch, root);
  else report(scratch, BAD_PARENT, root);
  for (let slot: i32 = 0; slot < linked; slot++) {
    if (slot === root || isCopy(slot)) continue;
    let at = slot;
    while (u8At(led, at) !== ledEpoch && hasParent(at) && visitedAdd(passed, passedEpoch, at)) {
      at = i32At(parents + at);
    }
    if (u8At(led, at) !== ledEpoch) {
      report(scratch, BAD_PARENT, slot);
      continue;
    }
    for (at = slot; visitedAdd(led, ledEpoch, at); ) at = i32At(parents + at);
  }
}

function isNode(node: i32): boolean {
  return node >= 0 && node < i32At(LINKED);
}

/** True when each half of two words is the same number: zeros may differ in their sign. */
function haveSameHalves(one: i32, other: i32): boolean {
  const differ = one ^ other;
  const set = one | other;
  const low = (differ & 0xffff) === 0 || (set & 0x7fff) === 0;
  return low && (differ >> 16 === 0 || ((set >> 16) & 0x7fff) === 0);
}

/** True when what a link says of the floats of two slots is so. */
function isSameAsTold(link: i32, slot: i32, next: i32): boolean {
  if ((link & SAME_VECTOR) === 0) return true;
  if (!isNode(nodeOf(slot)) || !isNode(nodeOf(next))) return false;
  const words = i32At(VECTOR_WORDS);
  const floats = i32At(VECTOR_KIND) === FLOAT32_VECTORS;
  const a = i32At(VECTORS) + nodeOf(slot) * words;
  const b = i32At(VECTORS) + nodeOf(next) * words;
  for (let i: i32 = 0; i < words; i++) {
    const same = floats
      ? i32At(a + i) === i32At(b + i) || f32At(a + i) === f32At(b + i)
      : haveSameHalves(i32At(a + i), i32At(b + i));
    if (!same) return false;
  }
  return true;
}

/** Every copy is led to once, from a slot of the same codes; nobody else is led anywhere. */
function verifyCopies(scratch: i32, marker: i32, linked: i32): void {
  if (i32At(COPY_COUNT) === 0) return;
  const marks = visitedWord(marker);
  const epoch = visitedReset(marker);
  for (let slot: i32 = 0; slot < linked; slot++) {
    const link = i32At(i32At(COPIES) + slot);
    if (link === 0) continue;
    const next = (link & ~SAME_VECTOR) - 1;
    const sound = next > slot && next < linked && isCopy(next) && haveSameCodes(slot, next);
    if (!sound || !isSameAsTold(link, slot, next) || !visitedAdd(marks, epoch, next)) {
      report(scratch, BAD_COPY, slot);
    }
  }
  for (let slot: i32 = 0; slot < linked; slot++) {
    if (!isCopy(slot)) continue;
    const led = u8At(marks, slot) === epoch;
    if (!led || levelOf(slot) > 0 || i32At(rowOf(slot, 0)) !== 0) report(scratch, BAD_COPY, slot);
  }
}

/** True when every row lies where it may be read. */
function areRowsInRange(scratch: i32): boolean {
  const levels = i32At(scratch + REPORT + 2 * BAD_LEVEL);
  return levels + i32At(scratch + REPORT + 2 * BAD_UPPER_HEAD) === 0;
}

/** Begins to verify: clears REPORT of `scratch` and the marks of `marker`, another block. */
export function verifyStart(scratch: i32, marker: i32): void {
  clear(scratch + REPORT, 2 * KIND_COUNT);
  visitedReset(marker);
}

/**
 * Levels, upper heads and nodes of the slots [first, end): every node has one slot. All slots once,
 * in any parts, after verifyStart and before anything else uses the marks.
 */
export function verifySlots(scratch: i32, marker: i32, maxLevel: i32, first: i32, end: i32): void {
  const marks = visitedWord(marker);
  const epoch = i32At(marker);
  for (let slot = first; slot < end; slot++) {
    verifyLevel(scratch, slot, maxLevel);
    const node = nodeOf(slot);
    if (!isNode(node) || !visitedAdd(marks, epoch, node)) report(scratch, BAD_SLOT, slot);
  }
}

/** Codes and norms of the slots [first, end). */
export function verifyCodes(scratch: i32, first: i32, end: i32): void {
  for (let slot = first; slot < end; slot++) verifyCode(scratch, slot);
}

/** Rows of the slots [first, end) on level 0, after all slots. */
export function verifyRows(scratch: i32, first: i32, end: i32): void {
  if (!areRowsInRange(scratch)) return;
  for (let slot = first; slot < end; slot++) verifyRow(scratch, slot, 0);
}

/** Tombstones, hubs, upper rows, the entry point and what it reaches, after all rows of level 0. */
export function verifyGraph(scratch: i32, marker: i32): void {
  verifyTombstones(scratch);
  const linked = i32At(LINKED);
  verifyHubs(scratch, marker, linked);
  if (!areRowsInRange(scratch)) return;
  for (let slot: i32 = 0; slot < linked; slot++) {
    for (let level = levelOf(slot); level > 0; level--) verifyRow(scratch, slot, level);
  }
  const degrees = i32At(scratch + REPORT + 2 * BAD_DEGREE);
  const unsafe = degrees + i32At(scratch + REPORT + 2 * BAD_NEIGHBOR);
  if (!verifyEntry(scratch, linked) || unsafe > 0) return;
  verifyReachable(scratch, marker, linked);
  verifyParents(scratch, marker, linked);
}

/** Copies, after all else and the vectors. How many problems were found in all. */
export function verifyEnd(scratch: i32, marker: i32): i32 {
  if (areRowsInRange(scratch)) verifyCopies(scratch, marker, i32At(LINKED));
  let total: i32 = 0;
  for (let kind: i32 = 0; kind < KIND_COUNT; kind++) total += i32At(scratch + REPORT + 2 * kind);
  return total;
}
