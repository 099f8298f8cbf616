// Which documents have a term, in which field and how often. Most postings lie term by term (the
// base); newer ones hang from their terms in chains (the tail) until they are merged with the base.
//
//   base    offsets[term] .. offsets[term + 1]  ->  docs, uses     ascending by (document, field)
//   tail    heads[term] -> previous -> ...      ->  docs, uses     newest document first
//
// Fields of one document ascend in both, so sums over them have the same bits before and after.

import { allocateArray, GrowingArray, StringTable } from '@nigh/base';
import { DEAD } from './documents.ts';
import { STEP_ELEMENTS, StepCount, type Steps } from './steps.ts';

/** A use is `times * 16 + field`: how often a term occurs in a field of a document. */
export const FIELD_BITS = 4;
export const FIELD_MASK = 15;
/** A term counts this often in one field at most: one more would be less than a thousandth. */
export const MAX_TIMES = 4095;

/** Postings of base and tail together. */
export const MAX_POSTINGS: number = 2 ** 32 - 1;

/** The share of terms without postings that a dictionary may have. */
const MOST_UNUSED = 0.25;

/** Postings that are never changed. */
export interface Base {
  readonly offsets: Uint32Array;
  readonly docs: Uint32Array;
  readonly uses: Uint16Array;
}

export const emptyBase = (): Base => ({
  offsets: allocateArray('uint32', 1),
  docs: allocateArray('uint32', 0),
  uses: allocateArray('uint16', 0),
});

export class Tail {
  /** By term: the posting added last plus one; 0 where there is none. */
  readonly heads: GrowingArray<'uint32'> = new GrowingArray('uint32');
  /** By posting: the one before it of the same term plus one. */
  readonly previous: GrowingArray<'uint32'> = new GrowingArray('uint32');
  readonly docs: GrowingArray<'uint32'> = new GrowingArray('uint32');
  readonly uses: GrowingArray<'uint16'> = new GrowingArray('uint16');

  get length(): number {
    return this.docs.length;
  }

  get byteLength(): number {
    const { heads, previous, docs, uses } = this;
    return heads.byteLength + previous.byteLength + docs.byteLength + uses.byteLength;
  }

  /** Makes room, so that adding cannot fail. */
  reserve(termCount: number, more: number): void {
    this.heads.reserve(termCount);
    this.heads.extend(termCount);
    this.previous.reserve(this.length + more);
    this.docs.reserve(this.length + more);
    this.uses.reserve(this.length + more);
  }

  /** Adds a posting. Fields of one document come in descending order. */
  push(term: number, doc: number, use: number): void {
    this.previous.push(this.heads.values[term]);
    this.docs.push(doc);
    this.uses.push(use);
    this.heads.values[term] = this.docs.length;
  }

  /** The document of the newest posting of a term; -1 where there is none. */
  newestDoc(term: number): number {
    const head = this.heads.values[term];
    return head === 0 ? -1 : this.docs.values[head - 1];
  }
}

/** Where the postings of a term, which the base has, are first of this document or a later one. */
export function placeOf({ offsets, docs }: Base, term: number, doc: number): number {
  let [low, high] = [offsets[term], offsets[term + 1]];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (docs[middle] < doc) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a document has a term so often in a field. */
export function hasPosting(
  base: Base,
  term: number,
  { doc, use }: { readonly doc: number; readonly use: number },
): boolean {
  const { offsets, docs, uses } = base;
  if (term + 1 >= offsets.length) return false;
  for (let at = placeOf(base, term, doc); at < offsets[term + 1] && docs[at] === doc; at++) {
    if (uses[at] === use) return true;
  }
  return false;
}

/** By term, how many documents of the base have it. */
export function* countDocs(base: Base): Steps<GrowingArray<'uint32'>> {
  const { offsets } = base;
  const counts = new GrowingArray('uint32', offsets.length);
  const steps = new StepCount();
  for (let term = 0; term + 1 < offsets.length; term++) {
    if (steps.isDue(offsets[term + 1] - offsets[term])) yield;
    counts.push(countDocsOf(base, term));
  }
  return counts;
}

function countDocsOf({ offsets, docs }: Base, term: number): number {
  let count = 0;
  const end = offsets[term + 1];
  for (let at = offsets[term]; at < end; at++) {
    if (at === offsets[term] || docs[at] !== docs[at - 1]) count++;
  }
  return count;
}

/** Base and tail as one base, of the documents that have a number there. */
export function* merge(base: Base, tail: Tail, numbers: Uint32Array): Steps<Base> {
  const termCount = Math.max(base.offsets.length - 1, tail.heads.length);
  const offsets = allocateArray('uint32', termCount + 1);
  const live = yield* countLive(base.docs, numbers);
  const size = live + (yield* countLive(tail.docs.view(), numbers));
  const merged: Base = {
    offsets,
    docs: allocateArray('uint32', size),
    uses: allocateArray('uint16', size),
  };
  let end = 0;
  const steps = new StepCount();
  for (let term = 0; term < termCount; term++) {
    const start = end;
    if (term + 1 < base.offsets.length) end = copyBase(base, term, { numbers, merged, end });
    if (term < tail.heads.length) end = copyTail(tail, term, { numbers, merged, end });
    offsets[term + 1] = end;
    if (steps.isDue(end - start)) yield;
  }
  return merged;
}

interface Target {
  readonly numbers: Uint32Array;
  readonly merged: Base;
  readonly end: number;
}

function* countLive(docs: Uint32Array, numbers: Uint32Array): Steps<number> {
  let count = 0;
  for (let i = 0; i < docs.length; ) {
    const end = Math.min(i + STEP_ELEMENTS, docs.length);
    for (; i < end; i++) if (numbers[docs[i]] !== DEAD) count++;
    yield;
  }
  return count;
}

function copyBase(base: Base, term: number, { numbers, merged, end }: Target): number {
  let to = end;
  const stop = base.offsets[term + 1];
  for (let at = base.offsets[term]; at < stop; at++) {
    const doc = numbers[base.docs[at]];
    if (doc === DEAD) continue;
    merged.docs[to] = doc;
    merged.uses[to++] = base.uses[at];
  }
  return to;
}

function copyTail(tail: Tail, term: number, { numbers, merged, end }: Target): number {
  const { docs, uses } = tail;
  const previous = tail.previous.values;
  let to = end;
  for (let at = tail.heads.values[term]; at !== 0; at = previous[at - 1]) {
    if (numbers[docs.values[at - 1]] !== DEAD) to++;
  }
  // Documents come newest first, their fields in order: whole documents are turned round.
  let next = to;
  for (let at = tail.heads.values[term]; at !== 0; ) {
    const doc = docs.values[at - 1];
    let count = 1;
    let after = previous[at - 1];
    while (after !== 0 && docs.values[after - 1] === doc) {
      count++;
      after = previous[after - 1];
    }
    if (numbers[doc] !== DEAD) {
      next -= count;
      for (let i = 0; i < count; i++, at = previous[at - 1]) {
        merged.docs[next + i] = numbers[doc];
        merged.uses[next + i] = uses.values[at - 1];
      }
    }
    at = after;
  }
  return to;
}

/** The terms that have postings, with numbers without gaps; as before where most of them have. */
export function* dropUnused(
  terms: StringTable,
  base: Base,
): Steps<{ terms: StringTable; base: Base }> {
  const { offsets, docs, uses } = base;
  const isUsed = (term: number): boolean => offsets[term + 1] > offsets[term];
  let usedCount = 0;
  for (let term = 0; term + 1 < offsets.length; term++) if (isUsed(term)) usedCount++;
  if (terms.count - usedCount <= terms.count * MOST_UNUSED) return { terms, base };
  const used = new StringTable();
  const ends = allocateArray('uint32', usedCount + 1);
  for (let term = 0; term + 1 < offsets.length; term++) {
    if (term % STEP_ELEMENTS === 0) yield;
    if (isUsed(term)) ends[used.intern(terms.stringOf(term)) + 1] = offsets[term + 1];
  }
  return { terms: used, base: { offsets: ends, docs, uses } };
}
