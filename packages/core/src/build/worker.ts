// The doorway of a pool thread. Everything worth testing is in runJob; what stays here is the memory
// of which segments this thread has bound, so that their code is instantiated once.

import { Segment, type SegmentHandle } from '../segment.ts';
import { type JobMessage, runJob } from './job.ts';

let bound: Segment[] = [];

/** The segments of the pool's index; a pool serves one index, whose segments never change place. */
function bindSegments(handles: readonly SegmentHandle[]): readonly Segment[] {
  bound = handles.map((handle, i) => bound[i] ?? new Segment(handle));
  return bound;
}

/** Piscina's entry point. */
export default function run(message: JobMessage): void {
  runJob(bindSegments(message.segments), message);
}
