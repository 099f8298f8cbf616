/**
 * Where the time of a bulk build goes: milliseconds per step, distances per vector, bytes of
 * scratch. Runs the steps of the compiled core one after another on this thread, with counters
 * around the hot code; the second build counts, when everything is compiled.
 */
import { loadDataSet } from '../harness/data-sets.ts';

interface Phase {
  readonly kind: string;
  readonly work?: Record<string, unknown> & { readonly level?: number };
}

interface Segment {
  hot: Record<string, (...words: number[]) => number>;
  readonly i32s: Int32Array;
  readonly layout: unknown;
  vectors(first: number, count: number): Float32Array;
  publishCount(count: number): void;
  scratch(block: number): number;
  bench(block: number): number;
}

/** The modules of the core that a build consists of. */
interface Internals {
  resolveOptions(options: object): object;
  openSegment(options: object, capacity: number, firstNode: number): Segment;
  linkSegment(task: object): Promise<void>;
  itemCount(phase: Phase): number;
  runItem(segment: Segment, scratch: object, phase: Phase, item: number): number;
  DISTANCE_COUNT: number;
}

async function loadInternals(): Promise<Internals> {
  const root = import.meta.resolve('@nigh/core/package.json');
  const files = [
    'options',
    'segments/segment-list',
    'build/link-segment',
    'build/phases',
    'hot/fields',
  ];
  const modules = await Promise.all(
    files.map((file) => import(new URL(`dist/${file}.js`, root).href)),
  );
  return Object.assign({}, ...modules) as Internals;
}

/** What one build did. */
class Profile {
  /** Milliseconds by step. */
  readonly times: Map<string, number> = new Map();
  /** Distances by what they are for. */
  readonly distances: Map<string, number> = new Map();
  scratchBytes = 0;

  add(counts: Map<string, number>, name: string, value: number): void {
    counts.set(name, (counts.get(name) ?? 0) + value);
  }

  /** Counts the arrays a phase works on, once each. */
  noteScratch({ work }: Phase): void {
    const arrays = Object.values(work ?? {}).filter((value) => ArrayBuffer.isView(value));
    const buffers = new Set(arrays.map(({ buffer }) => buffer));
    const bytes = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.scratchBytes = Math.max(this.scratchBytes, bytes);
  }

  /** Puts counters around the hot code of a segment. */
  watch(segment: Segment): void {
    const hot = { ...segment.hot };
    const counted = (name: string, label: string, count: (words: number[]) => number): void => {
      const original = segment.hot[name];
      if (original === undefined) throw new Error(`the hot code has no ${name}`);
      hot[name] = (...words) => {
        this.add(this.distances, label, count(words));
        return original(...words);
      };
    };
    counted('assignPoints', 'to leaders', ([, count = 0, leaders = 0]) => count * leaders);
    counted('linkLeaf', 'pairs in leaves', ([, count = 0]) => (count * (count - 1)) / 2);
    segment.hot = hot;
  }
}

/** Builds once; a profile of it. */
async function build(
  core: Internals,
  set: { readonly vectors: Float32Array; readonly dimension: number; readonly count: number },
  given: object,
): Promise<Profile> {
  const { count, dimension, vectors } = set;
  const options = core.resolveOptions({ dimension, threads: 1, ...given });
  const segment = core.openSegment(options, count, 0);
  const profile = new Profile();
  segment.vectors(0, count).set(vectors);
  segment.publishCount(count);
  profile.watch(segment);
  const scratch = {
    own: segment.scratch(0),
    bench: segment.bench(0),
    marker: segment.scratch(1),
  };
  const counter = segment.scratch(0) + core.DISTANCE_COUNT;
  const run = async (phase: Phase): Promise<void> => {
    const start = performance.now();
    segment.i32s[counter] = 0;
    const items = core.itemCount(phase);
    for (let item = 0; item < items; item++) core.runItem(segment, scratch, phase, item);
    const level = (phase.work?.level ?? 0) > 0 ? 'upper levels' : phase.kind;
    profile.add(profile.times, level, performance.now() - start);
    profile.add(profile.distances, 'candidates and searches', segment.i32s[counter] ?? 0);
    profile.noteScratch(phase);
  };
  const start = performance.now();
  await core.linkSegment({ segment, ...options, shared: false, run, report: () => undefined });
  const total = performance.now() - start;
  const inSteps = [...profile.times.values()].reduce((sum, time) => sum + time, 0);
  profile.add(profile.times, 'between the steps', total - inSteps);
  profile.add(profile.times, 'all', total);
  return profile;
}

/** Prints the profile of a set at every quality. */
export async function profileBuild(
  name: string,
  given: { readonly M: number; readonly seed: number },
): Promise<void> {
  const set = loadDataSet(name);
  if (set === undefined) return;
  const core = await loadInternals();
  const { M, seed } = given;
  for (const quality of ['fast', 'balanced', 'high']) {
    await build(core, set, { M, seed, quality });
    const { times, distances, scratchBytes } = await build(core, set, { M, seed, quality });
    console.log(
      `\n${name}, ${quality}: ${Math.round(scratchBytes / set.count)} bytes of scratch per vector`,
    );
    const all = times.get('all') ?? 0;
    console.table(
      [...times].map(([step, time]) => ({
        step,
        milliseconds: Math.round(time),
        share: `${((100 * time) / all).toFixed(1)} %`,
        'us per vector': Number(((1000 * time) / set.count).toFixed(2)),
      })),
    );
    console.table(
      [...distances].map(([what, count]) => ({
        what,
        'per vector': Math.round(count / set.count),
      })),
    );
  }
}
