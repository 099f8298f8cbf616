// Which vectors count as copies, and how their slots are chained to the one that is linked.

import { duplicates, gaussian, Random } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import { type Copies, chainCopies, findCopies } from '../../../../src/build/bulk/copies.ts';
import { chooseCodes } from '../../../../src/build/choose-codes.ts';
import * as F from '../../../../src/hot/fields.ts';
import { copyWord, nodeWord } from '../../../../src/memory/layout.ts';
import type { Segment } from '../../../../src/segments/segment.ts';
import { fillSegment, problemsOf } from '../../../support/bare-segment.ts';
import { copiesOf, linkInPhases } from '../../../support/bulk.ts';
import { codesOf } from '../../../support/naive.ts';

const DIMENSION = 4;
/** 400 normal vectors of which half are copies of an earlier one. */
const HALF_COPIES = duplicates({ count: 400, dimension: DIMENSION, fraction: 0.5 });

/** A segment whose codes lie in node order. */
function encodedSegment(vectors: Float32Array, dimension: number): Segment {
  const segment = fillSegment(vectors, { dimension });
  chooseCodes(segment, 1);
  for (let node = 0; node < segment.count; node++) {
    segment.i32s[nodeWord(segment.layout, node)] = node;
  }
  segment.hot.encodeSlots(0, segment.count, segment.scratch(0));
  return segment;
}

/** The hashes of all codes. */
function hashesOf(segment: Segment): Int32Array {
  const out = segment.bench(0) + F.OUT;
  segment.hot.hashCodes(0, segment.count, out);
  return segment.i32s.slice(out, out + segment.count);
}

/** The copies as a Map of all codes finds them. */
function naiveCopies(segment: Segment): { firsts: number[]; nodes: number[]; originals: number[] } {
  const known = new Map<string, number>();
  const result = { firsts: [] as number[], nodes: [] as number[], originals: [] as number[] };
  for (let node = 0; node < segment.count; node++) {
    const codes = codesOf(segment, node).join();
    const original = known.get(codes);
    if (original === undefined) {
      known.set(codes, node);
      result.firsts.push(node);
    } else {
      result.nodes.push(node);
      result.originals.push(original);
    }
  }
  return result;
}

function plain({ firsts, nodes, originals }: Copies): object {
  return { firsts: [...firsts], nodes: [...nodes], originals: [...originals] };
}

describe('finding copies', () => {
  test('names the first node of every code, and for all others which that is', () => {
    const segment = encodedSegment(HALF_COPIES, DIMENSION);
    const copies = findCopies(segment, hashesOf(segment), false);
    expect(copies.nodes.length).toBeGreaterThan(100);
    expect(plain(copies)).toEqual(naiveCopies(segment));
  });

  test('tells different codes apart though all hashes are equal', () => {
    const segment = encodedSegment(HALF_COPIES, DIMENSION);
    const equal = new Int32Array(segment.count).fill(-7);
    expect(plain(findCopies(segment, equal, false))).toEqual(naiveCopies(segment));
  });

  test('finds none among vectors with codes of their own', () => {
    const segment = encodedSegment(gaussian({ count: 300, dimension: 16 }), 16);
    const { firsts, nodes } = findCopies(segment, hashesOf(segment), false);
    expect([firsts.length, nodes]).toEqual([300, []]);
  });

  test('lists the firsts in memory that other threads can read when asked to', () => {
    const segment = encodedSegment(HALF_COPIES, DIMENSION);
    const hashes = hashesOf(segment);
    expect(findCopies(segment, hashes, true).firsts.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(findCopies(segment, hashes, false).firsts.buffer).toBeInstanceOf(ArrayBuffer);
  });
});

/** Writes the slots of firsts and copies as a build does, and chains them. */
function chained(segment: Segment): Copies {
  const copies = findCopies(segment, hashesOf(segment), false);
  const slots = nodeWord(segment.layout, 0);
  segment.i32s.set(copies.firsts, slots);
  segment.i32s.set(copies.nodes, slots + copies.firsts.length);
  chainCopies(segment, copies);
  return copies;
}

/** The nodes of the chain that begins at `slot`, without its own. */
function chainOf(segment: Segment, slot: number): number[] {
  return copiesOf(segment, slot).map((copy) => segment.i32s[nodeWord(segment.layout, copy)]);
}

describe('the chain of copies', () => {
  test('leads from a first to all its copies in the order of their nodes', () => {
    const segment = encodedSegment(HALF_COPIES, DIMENSION);
    const { firsts, nodes, originals } = chained(segment);
    const wrong = Array.from(firsts).filter((first, slot) => {
      const expected = nodes.filter((_, i) => originals[i] === first);
      return chainOf(segment, slot).join() !== expected.join();
    });
    expect(wrong).toEqual([]);
    expect(segment.i32s[F.FIRST_COPY]).toBe(firsts.length);
    expect(segment.i32s[F.COPY_COUNT]).toBe(nodes.length);
  });

  test('knows exact duplicates as the same vector, however long it is', () => {
    const dimension = 2;
    const vectors = duplicates({ count: 300, dimension, fraction: 0.9, sources: 3 });
    const segment = encodedSegment(vectors, dimension);
    const { firsts } = chained(segment);
    const rowAt = (slot: number): string =>
      segment.vectors(segment.i32s[nodeWord(segment.layout, slot)], 1).join();
    const wrong = Array.from(firsts).flatMap((_, slot) => {
      const path = [slot, ...copiesOf(segment, slot)];
      return path.slice(0, -1).filter((from, i) => {
        const told = (segment.i32s[copyWord(segment.layout, from)] & F.SAME_VECTOR) !== 0;
        return told !== (rowAt(from) === rowAt(path[i + 1]));
      });
    });
    expect(wrong).toEqual([]);
  });

  test('says of every link whether the vectors are the same or the codes only', () => {
    // Between 0 and 1000 one step of a code is nearly 8: each ten differ in vectors, not in codes.
    const values = [0, 0, 0.25, 0.25, 0.5, 1000, 1000, 1000.25, -0, 0];
    const segment = encodedSegment(Float32Array.from(values), 1);
    const { firsts } = chained(segment);
    const sameAs = (slot: number): boolean =>
      (segment.i32s[copyWord(segment.layout, slot)] & F.SAME_VECTOR) !== 0;
    const told = Array.from(firsts, (_, slot) => {
      const path = [slot, ...copiesOf(segment, slot)].slice(0, -1);
      return path.map(sameAs);
    });
    expect(told).toEqual([
      [true, false, true, false, false, true], // 0 0 .25 .25 .5 -0 0
      [true, false], // 1000 1000 1000.25
    ]);
  });
});

describe('a graph with copies', () => {
  test('has only rows of firsts, and no row leads to a copy', async () => {
    const random = new Random(3);
    const vectors = Float32Array.from({ length: 900 }, () => random.integer(0, 5));
    const segment = fillSegment(vectors, { dimension: 3 });
    await linkInPhases(segment);
    const { i32s, layout } = segment;
    const firstCopy = i32s[F.FIRST_COPY];
    expect(firstCopy).toBeLessThanOrEqual(125);
    expect(i32s[F.COPY_COUNT]).toBe(300 - firstCopy);
    const rows = layout.regions.rows.word;
    for (let slot = 0; slot < 300; slot++) {
      const row = rows + slot * layout.rowWords;
      if (slot >= firstCopy) expect(i32s[row]).toBe(0);
      for (let i = 1; i <= i32s[row]; i++) expect(i32s[row + i]).toBeLessThan(firstCopy);
    }
    expect(problemsOf(segment)).toEqual([]);
  });

  test('forgets its copies when it is built anew without them', async () => {
    const segment = fillSegment(HALF_COPIES, { dimension: DIMENSION });
    await linkInPhases(segment);
    segment.publishLinked(0);
    segment.vectors(0, 400).set(gaussian({ count: 400, dimension: DIMENSION, seed: 9 }));
    const fresh = fillSegment(gaussian({ count: 400, dimension: DIMENSION, seed: 9 }), {
      dimension: DIMENSION,
    });
    await linkInPhases(segment);
    await linkInPhases(fresh);
    expect(segment.i32s[F.COPY_COUNT]).toBe(fresh.i32s[F.COPY_COUNT]);
    expect(problemsOf(segment)).toEqual([]);
  });
});
