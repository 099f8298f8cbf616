// Measures the recall of a sealed segment, whose codes are not those its graph was built on. The
// same as calibrate-segment.ts with plain searches: what codes cannot screen is compared with all.
// While a segment is being sealed, what is true comes from the vectors it is made of.

import { abortedError, type Crew, SLICE_MS, type WorkOptions } from '../build/runner.ts';
import { yieldToEventLoop } from '../engine/runtime.ts';
import { nodeWord } from '../memory/layout.ts';
import { drawSample } from '../random.ts';
import { answerQuery } from '../search/batch-queries.ts';
import { readVector } from '../search/read-vector.ts';
import type { SearchPlan } from '../search/search-segment.ts';
import type { Segment } from '../segments/segment.ts';
import { summarize, widthsFor } from './calibrate-segment.ts';
import type { Curve, CurvePoint } from './curve.ts';
import { graphSlot, graphSlotCount } from './items.ts';

export interface SealedExam {
  /** Whose vectors say what is true, and who is searched; the same where nothing else is there. */
  readonly truth: Segment;
  readonly searched: Segment;
  readonly seed: number;
  readonly k: number;
  readonly sample: number;
  /** Given queries, prepared for the metric. */
  readonly floats?: Float32Array;
}

interface Question {
  readonly floats: Float32Array;
  /** The slot it is hidden from, or -1, and its node in the numbering of the whole index. */
  readonly slot: number;
  readonly node: number;
}

const NOBODY = -1;

/** Runs `work` with a scratch block that nobody else uses. */
function withBlock<T>({ blocks }: Crew, work: (block: number) => T): T {
  const claimed = blocks.claim(1);
  try {
    return work(claimed[0]);
  } finally {
    blocks.release(claimed);
  }
}

/** Given queries, or stored vectors drawn by the seed; the entry point cannot hide. */
function draw(crew: Crew, exam: SealedExam): Question[] {
  const { truth, searched, floats, sample, seed } = exam;
  const { dimension, regions } = searched.layout;
  if (floats) {
    return Array.from({ length: floats.length / dimension }, (_, i) => {
      const row = floats.subarray(i * dimension, (i + 1) * dimension);
      return { floats: row, slot: NOBODY, node: NOBODY };
    });
  }
  const entry = searched.i32s[regions.entryPoints.word];
  const slots = drawSample(graphSlotCount(searched), sample, seed)
    .map((index) => graphSlot(searched, index))
    .filter((slot) => slot !== entry);
  return slots.map((slot) => {
    const node = searched.i32s[nodeWord(searched.layout, slot)];
    const row = withBlock(crew, (block) => readVector(truth, block, node));
    return { floats: row, slot, node: searched.numberOf(node) };
  });
}

/** The nodes a segment answers with, the query's own left out. */
function ask(crew: Crew, segment: Segment, question: Question, plan: SearchPlan): number[] {
  const { floats, node } = question;
  const nodes = new Uint32Array(plan.k);
  const target = { nodes, distances: new Float32Array(plan.k), offset: 0 };
  const work = { distanceCount: 0, exactCount: 0, hopCount: 0 };
  const found = withBlock(crew, (block) =>
    answerQuery({ segments: [segment], block }, { floats, plan }, target, work),
  );
  return Array.from(nodes.subarray(0, found)).filter((other) => other !== node);
}

/** Lets the event loop have its turn now and then, and looks at the signal. */
async function* inSlices<T>(items: readonly T[], { signal }: WorkOptions): AsyncGenerator<T> {
  let slice = performance.now();
  for (const item of items) {
    yield item;
    if (performance.now() - slice < SLICE_MS) continue;
    await yieldToEventLoop();
    if (signal?.aborted) throw abortedError(signal);
    slice = performance.now();
  }
}

/**
 * The recall of the k nearest at growing widths; undefined when there is nothing to ask.
 *
 * @throws {VectorIndexError} ABORTED, CLOSED
 */
export async function calibrateSealed(
  crew: Crew,
  exam: SealedExam,
  work: WorkOptions,
): Promise<Curve | undefined> {
  const { truth, searched, k } = exam;
  const { linked } = searched;
  const questions = draw(crew, exam);
  if (questions.length === 0) return undefined;
  const widths = widthsFor(k);
  const report = (done: number): void =>
    work.onProgress?.({ phase: 'calibrate', done, total: widths.length + 1 });
  const all = { exhaustive: false, removedToo: true };
  const exact = { k: Math.min(k + 1, truth.count), efSearch: 1, ...all, exact: true };
  const answers: ReadonlySet<number>[] = [];
  for await (const question of inSlices(questions, work)) {
    answers.push(new Set(ask(crew, truth, question, exact).slice(0, k)));
  }
  report(1);
  const expected = Int32Array.from(answers, (answer) => answer.size);
  const points: CurvePoint[] = [];
  for (const [i, efSearch] of widths.entries()) {
    const hits = new Int32Array(questions.length);
    let asked = 0;
    for await (const question of inSlices(questions, work)) {
      const hidden = question.slot === NOBODY ? {} : { hidden: question.slot };
      const plan = { k: Math.min(k, linked), efSearch, ...all, exact: false, ...hidden };
      const found = ask(crew, searched, question, plan);
      hits[asked] = found.filter((node) => answers[asked].has(node)).length;
      asked++;
    }
    points.push(summarize(efSearch, { count: questions.length, hits, expected }, points.at(-1)));
    report(i + 2);
    if (hits.every((count, query) => count === expected[query]) || efSearch >= linked) break;
  }
  report(widths.length + 1);
  const given = exam.floats !== undefined;
  return { k, linked, sample: questions.length, given, points };
}
