/**
 * Recall/speed curves of one set, one setting of everybody per round, and what single queries take.
 * What is found is asked for first, untimed: that is the warm-up too.
 */
import type { CurvePoint } from '../harness/curve.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import { median } from '../harness/stats.ts';
import { recallOfFound, type Searched } from './build-part.ts';
import type { FindAnswer, IndexQuestion, LatencyAnswer, SpeedAnswer } from './index-case.ts';
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

type Found = FindAnswer['found'];

interface Drawn extends Searched {
  readonly points: Point[];
  /** What was found at each point. */
  readonly found: Found[];
}

export async function measureCurves(
  run: Run,
  field: Field,
  searched: readonly Searched[],
): Promise<Curve[]> {
  const all: Drawn[] = searched.map((one) => ({ ...one, points: [], found: [] }));
  for (const efSearch of EF_SEARCHES) {
    const drawn = all.filter((one) => goesOn(one, field));
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
function goesOn({ adapter, subject, points, found }: Drawn, { truth }: Field): boolean {
  const last = points.at(-1);
  if (!subject.takesPart) return false;
  if (last === undefined) return true;
  if (adapter.parameter === null || last.recall >= ENOUGH_RECALL) return false;
  const [before, after] = found.slice(-2);
  if (before === undefined || after === undefined) return true;
  return gain(truth, before, after) >= MIN_GAIN;
}

/** In recall, of the queries that both answer: who is slow answers more or fewer each time. */
export function gain(truth: readonly Uint32Array[], before: Found, after: Found): number {
  const answered = truth.slice(0, Math.min(before.length, after.length));
  return recallOfFound(answered, after) - recallOfFound(answered, before);
}

/** Adds one point to every curve; who fails gets none. */
async function addPoints(
  { settings }: Run,
  { truth }: Field,
  drawn: readonly Drawn[],
  efSearch: number,
): Promise<void> {
  const seconds = settings.pointSeconds;
  const answers = new Map<Drawn, Found>();
  for (const one of drawn) {
    const answer = await one.subject.ask<FindAnswer>({ kind: 'find', efSearch });
    if (answer !== undefined) answers.set(one, answer.found);
  }
  const able = [...answers.keys()];
  const speeds = await measureSpeeds(able, settings.rounds, { kind: 'speed', efSearch, seconds });
  const latencies = await measureLatencies(able, settings.rounds, {
    ...{ kind: 'latency', efSearch, seconds },
  });
  for (const [one, found] of answers) {
    const { adapter, subject, points } = one;
    if (!subject.takesPart) continue;
    const asked = adapter.parameter === null ? null : efSearch;
    const recall = recallOfFound(truth, found);
    const times = middle(latencies.get(one) ?? []);
    points.push({ efSearch: asked, recall, speeds: samplesOf(speeds, adapter.name), ...times });
    one.found.push(found);
  }
}

type LatencyQuestion = Extract<IndexQuestion, { kind: 'latency' }>;

/** One answer per round; they take turns. */
async function measureLatencies<One extends Searched>(
  searched: readonly One[],
  rounds: number,
  question: LatencyQuestion,
): Promise<Map<One, LatencyAnswer[]>> {
  const latencies = new Map<One, LatencyAnswer[]>(searched.map((one) => [one, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [one, answers] of latencies) {
      const answer = await one.subject.ask<LatencyAnswer>(question);
      if (answer !== undefined) answers.push(answer);
    }
  }
  return latencies;
}

function middle(latencies: readonly LatencyAnswer[]): LatencyAnswer {
  return {
    p50Microseconds: median(latencies.map(({ p50Microseconds }) => p50Microseconds)),
    p99Microseconds: median(latencies.map(({ p99Microseconds }) => p99Microseconds)),
  };
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
