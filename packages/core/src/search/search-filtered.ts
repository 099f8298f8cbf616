// A search of a segment's graph of which only some may be returned: the ways that its course names,
// one after another, until one has found what there is to find.

import * as F from '../hot/fields.ts';
import type { Strategy } from '../results.ts';
import type { Segment } from '../segment.ts';
import { finishFromFile, measureStored } from './finish-from-file.ts';
import {
  type Costs,
  type Course,
  costsOf,
  type FilteredShape,
  planCourse,
  sweptWidth,
  type Way,
} from './strategy.ts';

/** A segment under a filter, and how many results are wanted of it. */
export interface FilteredTask extends FilteredShape {
  readonly k: number;
  /** The only way to try, before the scan. */
  readonly way?: Way | undefined;
}

/** Part of a beam that must lead to results for it to be believed. */
const BELIEVED = 0.5;

/** Offers what lies in POOL. */
function finish(segment: Segment, scratch: number, linked: number): void {
  if (segment.stored) finishFromFile(segment, segment.stored, scratch);
  else segment.hot.finishPool(scratch, linked);
}

/** The distances that `budget` has room for. */
function distanceLimit({ distance }: Costs, budget: number): number {
  return Math.max(1, Math.min(F.MAX_NODES, Math.floor(budget / distance)));
}

function sweep(segment: Segment, scratch: number, task: FilteredTask, budget: number): boolean {
  const { ef, linked } = task;
  const width = sweptWidth(task, F.MAX_POOL);
  const kept = segment.hot.sweep(scratch, width, distanceLimit(costsOf(segment), budget));
  // A beam that holds few that may be returned ended elsewhere.
  if (kept < BELIEVED * ef && width < linked) return false;
  finish(segment, scratch, linked);
  return true;
}

function hopTwice(segment: Segment, scratch: number, task: FilteredTask, budget: number): boolean {
  const { ef, linked } = task;
  const { distance, row } = costsOf(segment);
  const kept = segment.hot.searchTwoHop(scratch, ef, linked, distance, row, budget);
  // A beam that is not full has seen all that hangs together.
  if (kept < ef) return false;
  finish(segment, scratch, linked);
  return true;
}

/** Measures what may be returned of the local nodes [first, end), by the best that is kept. */
export function scanAccepted(segment: Segment, scratch: number, first: number, end: number): void {
  const { hot, stored } = segment;
  if (stored) {
    for (let node = first; node < end; node++) {
      if (hot.isAccepted(scratch, node)) measureStored(segment, stored, scratch, node);
    }
    return;
  }
  if (segment.sealed) hot.bindQuery(scratch);
  hot.scanAccepted(scratch, first, end);
}

function scan(segment: Segment, scratch: number, task: FilteredTask, course: Course): void {
  const { ef, linked } = task;
  if (!course.byCodes) {
    scanAccepted(segment, scratch, 0, linked);
    return;
  }
  segment.hot.scanByCodes(scratch, ef, linked);
  finish(segment, scratch, linked);
}

/** Leaves the nearest that may be returned in RESULTS; how it found them. */
export function searchFiltered(segment: Segment, scratch: number, task: FilteredTask): Strategy {
  const { hot, i32s } = segment;
  const { k, accepted } = task;
  const course = planCourse(segment, task);
  const ways: readonly Way[] = task.way ? [task.way, 'scan'] : course.ways;
  for (const way of ways) {
    hot.resultsReset(scratch, k);
    if (way === 'scan') break;
    const search = way === 'sweep' ? sweep : hopTwice;
    const found = search(segment, scratch, task, course.budget);
    if (found && i32s[scratch + F.RESULTS] >= Math.min(k, accepted)) {
      return way === ways[0] ? way : 'fallback';
    }
  }
  scan(segment, scratch, task, course);
  return ways[0] === 'scan' ? 'scan' : 'fallback';
}
