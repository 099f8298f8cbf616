// Links what an index has and is not linked yet, segment by segment, and measures what came of it.

import {
  buildSettings,
  calibrateSegment,
  needsCalibration,
} from '../calibrate/calibrate-segment.ts';
import { writeCurves } from '../calibrate/curve.ts';
import * as F from '../hot/fields.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Segment } from '../segments/segment.ts';
import { type LinkTask, linkSegment } from './link-segment.ts';
import { runPhases } from './run-phases.ts';
import { abortedError, type Crew, type WorkOptions } from './runner.ts';

/** True when the segment has vectors that belong into a graph and are not linked. */
function needsLinking(segment: Segment, flatThreshold: number): boolean {
  const { count, linked, i32s } = segment;
  // Codes that could not rank half as many vectors are not tried again.
  const least = Math.max(1, flatThreshold, 2 * i32s[F.UNRANKABLE]);
  return count > linked && count >= least;
}

/** The options of an index that shape its graph, other than those its memory knows. */
type LinkSettings = Pick<LinkTask, 'seed' | 'builder' | 'quality'>;

/** Links one segment on the crew's threads, and measures what came of it. */
async function linkOne(
  crew: Crew,
  index: number,
  settings: LinkSettings & { readonly flatThreshold: number },
  options: WorkOptions,
): Promise<void> {
  const { seed, builder, quality, flatThreshold } = settings;
  const segment = crew.segments[index];
  const linking = needsLinking(segment, flatThreshold);
  if (!linking && !needsCalibration(segment)) return;
  // A first graph keeps all threads busy: they start while the codes are chosen. A thread that
  // cannot start fails the first job, not this. A few vectors added later need none.
  const fresh = crew.threads > 1 && linking && segment.linked === 0;
  if (fresh) await crew.pool().then((pool) => pool.start());
  await runPhases(crew, index, options, async ({ shared, run, report }) => {
    if (linking) await linkSegment({ segment, seed, builder, quality, shared, run, report });
    if (!needsCalibration(segment)) return;
    const task = { segment, seed, shared, run, report };
    const curve = await calibrateSegment(task, buildSettings(segment));
    if (curve) writeCurves(segment, [curve]);
  });
}

/**
 * Links all vectors of all segments that are large enough for a graph, and measures the recall of
 * graphs that are new or have doubled.
 *
 * @throws {VectorIndexError} ABORTED, CLOSED, WORKER_FAILED: the vectors stay, and are scanned as
 *   far as they are not linked
 */
export async function linkSegments(
  crew: Crew,
  settings: ResolvedOptions,
  options: WorkOptions,
): Promise<void> {
  for (let index = 0; index < crew.segments.length; index++) {
    if (options.signal?.aborted) throw abortedError(options.signal);
    await linkOne(crew, index, settings, options);
  }
}
