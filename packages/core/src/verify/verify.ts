// Turns what the hot code's verify counted into problems a person can read.

import * as F from '../hot/fields.ts';
import { KIND_COUNT } from '../hot/verify.ts';
import { MAX_LEVEL_LIMIT, nodeWord } from '../memory/layout.ts';
import type { ScratchBlocks } from '../memory/scratch-blocks.ts';
import type { Segment } from '../segments/segment.ts';
import { findBadNodes } from './verify-nodes.ts';

/** One kind of damage: how often it was found, and at which node first. */
export interface Problem {
  /** What is broken. */
  readonly kind: ProblemKind;
  /** How often it was found. */
  readonly count: number;
  /** First offender, in the numbering of the whole index. */
  readonly node: number;
  /** What is broken and where first, in words. */
  readonly message: string;
}

/** In the order of the constants in hot/verify.ts, as far as those go. */
export const PROBLEM_KINDS = [
  'bad-degree',
  'bad-neighbor',
  'self-link',
  'duplicate-neighbor',
  'neighbor-below-level',
  'bad-level',
  'bad-upper-row',
  'bad-entry-point',
  'unreachable',
  'bad-norm',
  'bad-code',
  'bad-tombstone',
  'bad-slot',
  'bad-copy',
  'bad-hub',
  'bad-parent',
  // Found by verify-nodes.ts.
  'bad-number',
] as const;
/** A kind of damage. */
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

const MEANINGS: Readonly<Record<ProblemKind, string>> = {
  'bad-degree': 'rows with a degree out of range',
  'bad-neighbor': 'neighbors that are no node of the graph',
  'self-link': 'nodes that are their own neighbor',
  'duplicate-neighbor': 'neighbors that stand twice in a row',
  'neighbor-below-level': 'neighbors without a row on the level they are linked on',
  'bad-level': 'nodes with a level that does not exist',
  'bad-upper-row': 'nodes whose upper rows lie out of range',
  'bad-entry-point': 'entry points that are missing or not on the highest level',
  unreachable: 'nodes that no path from the entry point reaches',
  'bad-norm': 'norms that do not belong to their codes',
  'bad-code': 'codes beyond 7 bits',
  'bad-tombstone': 'tombstones of nodes that do not exist',
  'bad-slot': 'slots of the graph without a node of their own',
  'bad-copy': 'copies that are not led to from where their codes are',
  'bad-number': 'nodes that are no vector or several',
  'bad-hub': 'hubs that are no slots of the graph, stand twice, or have codes of others',
  'bad-parent': 'slots whose parent does not name them or does not lead to the entry point',
};

/** Problems that are told by node, or by a slot that stands for none. */
const TOLD_AS_THEY_ARE: readonly ProblemKind[] = ['bad-tombstone', 'bad-slot'];

/** The node of the slot where a problem was found. */
function nodeOf({ i32s, layout, linked }: Segment, kind: ProblemKind, slot: number): number {
  if (TOLD_AS_THEY_ARE.includes(kind) || slot < 0 || slot >= linked) return slot;
  return i32s[nodeWord(layout, slot)];
}

/** The node of a local one that may not exist. */
function numberAt(segment: Segment, node: number): number {
  const exists = node >= 0 && node < segment.count;
  return exists ? segment.numberOf(node) : segment.firstNode + node;
}

function readReport(segment: Segment, scratch: number): Problem[] {
  const problems: Problem[] = [];
  for (let kind = 0; kind < KIND_COUNT; kind++) {
    const word = scratch + F.REPORT + 2 * kind;
    const count = segment.i32s[word];
    if (count === 0) continue;
    const name = PROBLEM_KINDS[kind];
    const node = numberAt(segment, nodeOf(segment, name, segment.i32s[word + 1]));
    const message = `${count} ${MEANINGS[name]}, the first at node ${node}`;
    problems.push({ kind: name, count, node, message });
  }
  return problems;
}

/** Verifies one segment in parts: each method once, in this order, parts of all slots in any. */
export class SegmentVerifier {
  readonly #segment: Segment;
  readonly #scratch: number;
  readonly #marker: number;

  /** @param blocks two scratch blocks that nobody else uses until `finish` */
  constructor(segment: Segment, blocks: readonly number[]) {
    this.#segment = segment;
    this.#scratch = segment.scratch(blocks[0]);
    this.#marker = segment.scratch(blocks[1]);
    segment.hot.verifyStart(this.#scratch, this.#marker);
  }

  /** Levels, upper heads and nodes. */
  slots(): void {
    const { hot, i32s, linked } = this.#segment;
    const maxLevel = Math.min(MAX_LEVEL_LIMIT, i32s[F.MAX_LEVEL]);
    hot.verifySlots(this.#scratch, this.#marker, maxLevel, 0, linked);
  }

  /** Codes and norms of the slots [first, end). */
  codes(first: number, end: number): void {
    this.#segment.hot.verifyCodes(this.#scratch, first, end);
  }

  /** Rows of the slots [first, end) on level 0. */
  rows(first: number, end: number): void {
    this.#segment.hot.verifyRows(this.#scratch, first, end);
  }

  /** Upper rows, the entry point and what it reaches, hubs, and tombstones. */
  graph(): void {
    this.#segment.hot.verifyGraph(this.#scratch, this.#marker);
  }

  /** Copies, and the problems that were found in all. */
  finish(): Problem[] {
    this.#segment.hot.verifyEnd(this.#scratch, this.#marker);
    return readReport(this.#segment, this.#scratch);
  }
}

/**
 * Walks every segment; empty when the index is sound. Reads all codes and rows: some 0.15 us a
 * node.
 */
export function verifySegments(
  segments: readonly Segment[],
  nextNode: number,
  blocks: ScratchBlocks,
): Problem[] {
  const claimed = blocks.claim(2);
  try {
    const problems = segments.flatMap((segment) => {
      const verifier = new SegmentVerifier(segment, claimed);
      verifier.slots();
      verifier.codes(0, segment.linked);
      verifier.rows(0, segment.linked);
      verifier.graph();
      return verifier.finish();
    });
    return [...problems, ...findBadNodes(segments, nextNode)];
  } finally {
    blocks.release(claimed);
  }
}
