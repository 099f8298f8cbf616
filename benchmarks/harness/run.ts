/**
 * Interleaved measuring: every contestant once per round, never one after the other. A machine that
 * slows down halfway then slows everybody down, and the ratio of a round survives.
 */

/** Something that is timed; returns the figure of one round, in any unit. */
export interface Contestant {
  readonly name: string;
  readonly measure: () => number | Promise<number>;
}

export interface RoundOptions {
  /** Rounds that count. */
  readonly rounds: number;
  /** Rounds before them that do not: compilation, caches, page faults. Default 1. */
  readonly warmup?: number;
}

/**
 * Samples by contestant name, `rounds` of each, in the order of the rounds. Who runs first in a
 * round turns by one place each time.
 */
export async function interleave(
  contestants: readonly Contestant[],
  options: RoundOptions,
): Promise<Map<string, number[]>> {
  const { rounds, warmup = 1 } = options;
  const samples = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  if (samples.size !== contestants.length) throw new Error('two contestants have the same name');
  for (let round = -warmup; round < rounds; round++) {
    for (const { name, measure } of rotated(contestants, round + warmup)) {
      const sample = await measure();
      if (round >= 0) samples.get(name)?.push(sample);
    }
  }
  return samples;
}

/** Milliseconds that `work` takes, whether it is synchronous or not. */
export async function time(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The samples of one contestant; an unknown name is a mistake of the program. */
export function samplesOf(samples: ReadonlyMap<string, number[]>, name: string): number[] {
  const found = samples.get(name);
  if (found === undefined) throw new Error(`no contestant is called ${name}`);
  return found;
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const first = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
