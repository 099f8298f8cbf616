/**
 * Recall/speed curves of one set, one setting of everybody per round, and what single queries take.
 * What is found is asked for first, untimed: that is the warm-up too.
 */
import type { CurvePoint } from '../harness/curve.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import { recallOfFound, type Searched } from './build-part.ts';
import type { FindAnswer, LatencyAnswer, SpeedAnswer } from './index-case.ts';
import { note } from './progress.ts';
import { type Field, isOurs, type Run } from './settings.ts';

export const EF_SEARCHES: readonly number[] = [10, 16, 26, 42, 68, 110, 180, 280, 400];
/** A curve ends here: more work would find nothing more. */
const ENOUGH_RECALL = 0.9995;
/** And where more work has stopped to find more, as it does on narrow codes. */
const MIN_GAIN = 0.0002;

export interface Point extends CurvePoint {
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
}

export interface Curve {
  readonly name: string;
  readonly set: string;
  /** Whether it belongs to a peer. */
  readonly peer: boolean;
  /** What the index says it holds, else the bytes of its file; null where neither is known. */
  readonly bytesPerVector: number | null;
  readonly points: readonly Point[];
}

interface Drawn extends Searched {
  readonly points: Point[];
}

export async function measureCurves(
  run: Run,
  field: Field,
  searched: readonly Searched[],
): Promise<Curve[]> {
  const all: Drawn[] = searched.map((one) => ({ ...one, points: [] }));
  for (const efSearch of EF_SEARCHES) {
    const drawn = all.filter(goesOn);
    if (drawn.length === 0) break;
    await addPoints(run, field, drawn, efSearch);
    note(`${field.set.name}: efSearch ${efSearch}, ${drawn.length} contestants`);
  }
  return all.map(({ adapter, bytesPerVector, points }) => {
    const peer = !isOurs(adapter);
    return { name: adapter.name, set: field.set.name, peer, bytesPerVector, points };
  });
}

/** Whether a higher efSearch could still find more. */
function goesOn({ adapter, subject, points }: Drawn): boolean {
  const [before, last] = [points.at(-2), points.at(-1)];
  if (!subject.takesPart) return false;
  if (last === undefined) return true;
  if (adapter.parameter === null || last.recall >= ENOUGH_RECALL) return false;
  return before === undefined || last.recall - before.recall >= MIN_GAIN;
}

/** Adds one point to every curve; who fails gets none. */
async function addPoints(
  { settings }: Run,
  { truth }: Field,
  drawn: readonly Drawn[],
  efSearch: number,
): Promise<void> {
  const seconds = settings.pointSeconds;
  const recalls = new Map<Drawn, number>();
  for (const one of drawn) {
    const answer = await one.subject.ask<FindAnswer>({ kind: 'find', efSearch });
    if (answer !== undefined) recalls.set(one, recallOfFound(truth, answer.found));
  }
  const speeds = await measureSpeeds([...recalls.keys()], settings.rounds, {
    ...{ kind: 'speed', efSearch, seconds },
  });
  for (const [one, recall] of recalls) {
    const question = { kind: 'latency', efSearch, seconds } as const;
    const latency = await one.subject.ask<LatencyAnswer>(question);
    const { adapter, points } = one;
    if (latency === undefined) continue;
    const asked = adapter.parameter === null ? null : efSearch;
    points.push({ efSearch: asked, recall, speeds: samplesOf(speeds, adapter.name), ...latency });
  }
}

interface SpeedQuestion {
  readonly kind: 'speed';
  readonly efSearch: number;
  readonly limit?: number;
  readonly seconds: number;
}

/** Queries per second by name, one figure per round; they take turns. */
export function measureSpeeds(
  searched: readonly Searched[],
  rounds: number,
  question: SpeedQuestion,
): Promise<Map<string, number[]>> {
  const contestants = searched.map(({ adapter, subject }) => ({
    name: adapter.name,
    // Who fails meanwhile is left out afterwards: the others have to go on.
    measure: async () => (await subject.ask<SpeedAnswer>(question))?.queriesPerSecond ?? 0,
  }));
  return interleave(contestants, { rounds, warmup: 0 });
}
