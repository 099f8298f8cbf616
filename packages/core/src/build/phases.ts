// The phases of a build as plain data, and how one work item of a phase is done. Items are numbered
// and do not depend on the number of threads; whoever takes an item owns what it writes, so the
// bytes are the same for any number of workers.

import {
  type CalibrationPhase,
  calibrationItemSize,
  calibrationTotal,
  runCalibrationItem,
} from '../calibrate/items.ts';
import type { Segment } from '../segment.ts';
import { type BulkPhase, bulkItemSize, bulkTotal, runBulkItem } from './bulk/items.ts';

/** Nodes in insertion order: `node`, then every `stride`-th modulo `modulus`. */
export interface NodeWalk {
  readonly node: number;
  readonly count: number;
  readonly stride: number;
  readonly modulus: number;
}

export type Phase =
  | BulkPhase
  | CalibrationPhase
  | { readonly kind: 'link'; readonly walk: NodeWalk }
  | { readonly kind: 'apply'; readonly targets: number }
  | { readonly kind: 'repair'; readonly end: number };

/** What a worker may write with: its scratch block and bench, and for 'repair' a second block. */
export interface Scratch {
  readonly own: number;
  readonly bench: number;
  readonly marker: number;
}

const LINK_ITEM = 16;
const APPLY_ITEM = 128;

/** True for the steps of a calibration, which read the graph and write none of it. */
function isCalibration(phase: Phase): phase is CalibrationPhase {
  const { kind } = phase;
  return kind === 'seek' || kind === 'screen' || kind === 'scan' || kind === 'trial';
}

function itemSize(phase: Phase): number {
  if (phase.kind === 'link') return LINK_ITEM;
  if (phase.kind === 'apply') return APPLY_ITEM;
  if (isCalibration(phase)) return calibrationItemSize(phase);
  return phase.kind === 'repair' ? 1 : bulkItemSize(phase);
}

/** What a phase works through: nodes, clusters, targets, or the one repair. */
export function phaseTotal(phase: Phase): number {
  if (phase.kind === 'link') return phase.walk.count;
  if (phase.kind === 'apply') return phase.targets;
  if (isCalibration(phase)) return calibrationTotal(phase);
  return phase.kind === 'repair' ? 1 : bulkTotal(phase);
}

export function itemCount(phase: Phase): number {
  return Math.ceil(phaseTotal(phase) / itemSize(phase));
}

/** True when an item may be done again after a thread died in the middle of it. */
export function isRepeatable(phase: Phase): boolean {
  return phase.kind !== 'apply' && phase.kind !== 'repair';
}

/** The node `steps` further along the walk. Exact: the product stays below 2^53. */
export function walkNode(walk: NodeWalk, steps: number): number {
  return (walk.node + steps * walk.stride) % walk.modulus;
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
  } else if (phase.kind === 'repair') {
    hot.markReachable(scratch.own, scratch.marker);
    hot.repair(scratch.own, scratch.marker, phase.end);
  } else {
    const place = { scratch: scratch.own, bench: scratch.bench };
    if (isCalibration(phase)) runCalibrationItem(segment, place, phase, { first, end });
    else runBulkItem(segment, place, phase, { first, end });
  }
  return end - first;
}
