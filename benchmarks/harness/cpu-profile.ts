/**
 * Where the time of some work goes, by the package that the code is of: a CPU profile of this
 * thread, self time by the file of the innermost function that belongs to somebody. What Node does
 * counts for whoever called it.
 */
import { type Profiler, Session } from 'node:inspector/promises';

/** Milliseconds by share, largest first. */
export type Shares = readonly (readonly [name: string, milliseconds: number])[];

/** A stretch of time in which waiting counts for somebody, in milliseconds of `performance.now`. */
export interface Waiting {
  readonly start: number;
  readonly end: number;
}

export interface Profiled<T> {
  readonly result: T;
  readonly profile: Profiler.Profile;
  /** When the profile began, in milliseconds of `performance.now`. */
  readonly start: number;
}

const SAMPLING_MICROSECONDS = 500;

export async function profiled<T>(work: () => Promise<T>): Promise<Profiled<T>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROSECONDS });
  await session.post('Profiler.start');
  const start = performance.now();
  const result = await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return { result, profile, start };
}

/** Who a file belongs to; undefined for what belongs to whoever called it. */
export type OwnerOf = (url: string) => string | undefined;

/**
 * Milliseconds by owner. `(idle)` counts as `waiting` within its stretch, else as it is; garbage
 * collection and the rest that is no function keep their names.
 */
export function sharesOf(
  { profile, start }: Pick<Profiled<unknown>, 'profile' | 'start'>,
  ownerOf: OwnerOf,
  waiting: { readonly owner: string; readonly stretches: readonly Waiting[] },
): Shares {
  const owners = ownersOf(profile, ownerOf);
  const sums = new Map<string, number>();
  const { samples = [], timeDeltas = [] } = profile;
  let at = start;
  for (const [i, node] of samples.entries()) {
    // A delta is the time since the sample before: the time until the next is this sample's.
    const milliseconds = Math.max(0, (timeDeltas[i + 1] ?? 0) / 1000);
    if (i === 0) at += (timeDeltas[0] ?? 0) / 1000;
    const own = owners.get(node) ?? '(other)';
    const isWaiting =
      own === '(idle)' && waiting.stretches.some((s) => at >= s.start && at < s.end);
    const owner = isWaiting ? waiting.owner : own;
    sums.set(owner, (sums.get(owner) ?? 0) + milliseconds);
    at += milliseconds;
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

const NO_FUNCTIONS: ReadonlySet<string> = new Set([
  '(idle)',
  '(garbage collector)',
  '(program)',
  '(root)',
]);

function ownersOf({ nodes }: Profiler.Profile, ownerOf: OwnerOf): Map<number, string> {
  const owners = new Map<number, string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const visit = (id: number, inherited: string): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const { functionName, url } = node.callFrame;
    const own = NO_FUNCTIONS.has(functionName) ? functionName : (ownerOf(url) ?? inherited);
    owners.set(id, own);
    const handedOn = NO_FUNCTIONS.has(functionName) ? '(other)' : own;
    for (const child of node.children ?? []) visit(child, handedOn);
  };
  const [root] = nodes;
  if (root !== undefined) visit(root.id, '(other)');
  return owners;
}
