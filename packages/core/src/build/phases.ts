// The phases of a build as plain data, and how one work item of a phase is done. Items are numbered
// and do not depend on the number of threads; whoever takes an item owns what it writes, so the
// bytes are the same for any number of workers.

import {
  type CalibrationPhase,
  calibrationItemSize,
  calibrationTotal,
  runCalibrationItem,
} from '../calibrate/items.ts';
import type { Segment } from '../segments/segment.ts';
import { type BulkPhase, bulkItemSize, bulkTotal, runBulkItem } from './bulk/items.ts';
import { type NodeWalk, walkNode } from './walk.ts';

export type Phase =
  | BulkPhase
  | CalibrationPhase
  | { readonly kind: 'link'; readonly walk: NodeWalk }
  | { readonly kind: 'apply'; readonly targets: number }
  | { readonly kind: 'repair'; readonly end: number }
  /** Parents for a graph that has none. */
  | { readonly kind: 'grow'; readonly end: number }
  /** Parents again after a batch with so many targets, before which the entry point was `root`. */
  | {
      readonly kind: 'mend';
      readonly walk: NodeWalk;
      readonly targets: number;
      readonly root: number;
    };

/** The steps that one thread does in one piece. */
type SerialPhase = Phase & { readonly kind: 'repair' | 'grow' | 'mend' };

/** What a worker may write with: its scratch block and bench, and for 'repair' a second block. */
export interface Scratch {
  readonly own: number;
  readonly bench: number;
  readonly marker: number;
}

const LINK_ITEM = 16;
const MIN_LINK_ITEM = 4;
const APPLY_ITEM = 128;

/** True for the steps of a calibration, which read the graph and write none of it. */
function isCalibration(phase: Phase): phase is CalibrationPhase {
  const { kind } = phase;
  return kind === 'seek' || kind === 'screen' || kind === 'scan' || kind === 'trial';
}

function isSerial(phase: Phase): phase is SerialPhase {
  const { kind } = phase;
  return kind === 'repair' || kind === 'grow' || kind === 'mend';
}

/** True for phases that write rows of the published graph: they are short, and run to their end. */
export function writesGraph(phase: Phase): boolean {
  return phase.kind === 'apply' || isSerial(phase);
}

/** A few nodes are one item, which needs no other thread; a small batch is enough for many. */
function linkItemSize(count: number): number {
  if (count <= LINK_ITEM) return LINK_ITEM;
  return Math.max(MIN_LINK_ITEM, Math.min(LINK_ITEM, count >> 4));
}

function itemSize(phase: Phase): number {
  if (phase.kind === 'link') return linkItemSize(phase.walk.count);
  if (phase.kind === 'apply') return APPLY_ITEM;
  if (isCalibration(phase)) return calibrationItemSize(phase);
  return isSerial(phase) ? 1 : bulkItemSize(phase);
}

/** What a phase works through: nodes, clusters, targets, or one piece. */
export function phaseTotal(phase: Phase): number {
  if (phase.kind === 'link') return phase.walk.count;
  if (phase.kind === 'apply') return phase.targets;
  if (isCalibration(phase)) return calibrationTotal(phase);
  return isSerial(phase) ? 1 : bulkTotal(phase);
}

export function itemCount(phase: Phase): number {
  return Math.ceil(phaseTotal(phase) / itemSize(phase));
}

/** True when an item may be done again after a thread died in the middle of it. */
export function isRepeatable(phase: Phase): boolean {
  return !writesGraph(phase);
}

/** Repairs the graph, or grows or mends the tree of parents. */
function runSerial({ hot }: Segment, scratch: Scratch, phase: SerialPhase): void {
  if (phase.kind === 'repair') {
    hot.markReachable(scratch.own, scratch.marker);
    hot.repair(scratch.own, scratch.marker, phase.end);
  } else if (phase.kind === 'grow') {
    hot.growTree(scratch.own, phase.end);
  } else {
    const { walk, targets, root } = phase;
    const { node, count, stride, modulus } = walk;
    hot.mendTree(scratch.own, node, count, stride, modulus, targets, root);
  }
}

/** Does item `item` of a phase; how many nodes, clusters or targets that was. */
export function runItem(segment: Segment, scratch: Scratch, phase: Phase, item: number): number {
  const { hot } = segment;
  const size = itemSize(phase);
  const first = item * size;
  const end = Math.min(first + size, phaseTotal(phase));
  if (phase.kind === 'link') {
    const { walk } = phase;
    hot.linkNodes(scratch.own, walkNode(walk, first), end - first, walk.stride, walk.modulus);
  } else if (phase.kind === 'apply') {
    hot.applyEdges(scratch.own, first, end);
  } else if (isSerial(phase)) {
    runSerial(segment, scratch, phase);
  } else {
    const place = { scratch: scratch.own, bench: scratch.bench };
    if (isCalibration(phase)) runCalibrationItem(segment, place, phase, { first, end });
    else runBulkItem(segment, place, phase, { first, end });
  }
  return end - first;
}
