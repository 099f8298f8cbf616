// A search of a segment's graph of which only some may be returned: the ways that its course names,
// one after another, until one has found what there is to find.

import * as F from '../hot/fields.ts';
import type { Strategy } from '../results.ts';
import type { Segment } from '../segments/segment.ts';
import { finishFromFile, measureStored } from './finish-from-file.ts';
import {
  type Course,
  costsOf,
  type FilteredShape,
  planCourse,
  type Scan,
  scannedWidth,
  sweptWidth,
  type Way,
} from './strategy.ts';

/** A segment under a filter, and how it is to be searched. */
export interface FilteredTask extends FilteredShape {
  /** The only way to try, in place of the one that is cheapest. */
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
function distanceLimit(segment: Segment, budget: number): number {
  const { distance } = costsOf(segment);
  return Math.max(1, Math.min(F.MAX_NODES, Math.floor(budget / distance)));
}

/** A way to search the graph: whether it has found what there is to find. */
type Search = (segment: Segment, scratch: number, task: FilteredTask, course: Course) => boolean;

/** A plain search with a beam so wide that enough of it may be returned. */
const sweep: Search = (segment, scratch, task, { budget }) => {
  const { ef, linked } = task;
  const width = sweptWidth(task);
  const kept = segment.hot.sweep(scratch, width, distanceLimit(segment, budget));
  // Where few may be returned the beam is too narrow, or ended elsewhere.
  if (kept === F.NONE || (kept < BELIEVED * ef && width < linked)) return false;
  finish(segment, scratch, linked);
  return true;
};

/**
 * Looks for a place near the query where something may be returned. Where there is none, because
 * the filter goes with the vectors, a search by hops would end anywhere: it found a third less.
 */
function scoutAhead(segment: Segment, scratch: number, course: Course): boolean {
  const limit = distanceLimit(segment, course.budget);
  return course.scoutWidths.some((width) => segment.hot.scout(scratch, width, limit) > 0);
}

/** A search among what may be returned, over what may not. */
const hopTwice: Search = (segment, scratch, task, course) => {
  const { ef, linked } = task;
  if (!scoutAhead(segment, scratch, course)) return false;
  const { distance, row } = costsOf(segment);
  const kept = segment.hot.searchTwoHop(scratch, ef, distance, row, course.budget);
  // A beam that is not full has seen all that hangs together.
  if (kept < ef) return false;
  finish(segment, scratch, linked);
  return true;
};

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

function scan(segment: Segment, scratch: number, task: FilteredTask, by: Scan): void {
  const { linked } = task;
  if (by === 'vectors') {
    scanAccepted(segment, scratch, 0, linked);
    return;
  }
  segment.hot.scanByCodes(scratch, scannedWidth(task), linked);
  finish(segment, scratch, linked);
}

/** The course of a task; of one that names its way, without regard for what that costs. */
function courseOf(segment: Segment, task: FilteredTask): Course {
  const planned = planCourse(segment, task);
  const { way } = task;
  if (way === undefined) return planned;
  const course = { ...planned, budget: Number.POSITIVE_INFINITY };
  if (way === 'codes' || way === 'vectors') return { ...course, ways: [], scan: way };
  return { ...course, ways: [way] };
}

/** Leaves the nearest that may be returned in RESULTS; how it found them. */
export function searchFiltered(segment: Segment, scratch: number, task: FilteredTask): Strategy {
  const { hot, i32s } = segment;
  const { k, accepted } = task;
  const course = courseOf(segment, task);
  for (const way of course.ways) {
    const search = way === 'sweep' ? sweep : hopTwice;
    const found = search(segment, scratch, task, course);
    if (found && i32s[scratch + F.RESULTS] >= Math.min(k, accepted)) {
      return way === course.ways[0] ? way : 'fallback';
    }
    hot.resultsReset(scratch, k);
  }
  scan(segment, scratch, task, course.scan);
  return course.ways.length > 0 ? 'fallback' : 'scan';
}
