// The doorway of a pool thread. Everything worth testing is in runJob; what stays here is the
// memory of which segments this thread has bound, so that their code is instantiated once.

import { Segment, type SegmentHandle } from '../segments/segment.ts';
import { type JobMessage, runJob } from './job.ts';

let bound: ReadonlyMap<number, Segment> = new Map();

/** The segments of a job, those bound before as they are; segments the index dropped are let go. */
function bindSegments(handles: readonly SegmentHandle[]): readonly Segment[] {
  const segments = handles.map((handle) => bound.get(handle.serial) ?? new Segment(handle));
  bound = new Map(segments.map((segment) => [segment.handle.serial, segment]));
  return segments;
}

/** Piscina's entry point. */
export default function run(message: JobMessage): void {
  runJob(bindSegments(message.segments), message);
}
