// The orders in which nodes are inserted, as plain data that any thread can follow.

const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;
/** Strides this far from the golden ratio are tried; the largest gap stays below 4 ideal ones. */
const STRIDE_REACH = 64;

/** Nodes in insertion order: `node`, then every `stride`-th modulo `modulus`. */
export interface NodeWalk {
  readonly node: number;
  readonly count: number;
  readonly stride: number;
  readonly modulus: number;
}

/** The node `steps` further along the walk. Exact: the product stays below 2^53. */
export function walkNode(walk: NodeWalk, steps: number): number {
  return (walk.node + steps * walk.stride) % walk.modulus;
}

/**
 * The largest quotient of the continued fraction of stride / count: the smaller, the more evenly
 * the multiples of `stride` fall (three-distance theorem). Infinite when they miss some nodes.
 */
function largestQuotient(stride: number, count: number): number {
  let [a, b] = [count, stride];
  let largest = 0;
  while (b > 1) {
    largest = Math.max(largest, Math.floor(a / b));
    [a, b] = [b, a % b];
  }
  return b === 1 ? Math.max(largest, a - 1) : Number.POSITIVE_INFINITY;
}

/**
 * An order of the nodes [0, count) in which every prefix covers the whole range evenly: steps near
 * the golden ratio. Sorted or grouped input is thereby no worse than shuffled input. The nearest
 * coprime step will not do: its multiples may come close to each other after a few rounds.
 */
export function evenWalk(count: number): NodeWalk {
  const golden = Math.round(count * GOLDEN_RATIO);
  let stride = 1;
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= 2 * STRIDE_REACH; i++) {
    // golden, then one more, one less, two more, two less, ...
    const candidate = golden + (i % 2 === 1 ? 1 : -1) * Math.ceil(i / 2);
    if (candidate < 1 || candidate >= count) continue;
    const quotient = largestQuotient(candidate, count);
    if (quotient >= best) continue;
    best = quotient;
    stride = candidate;
  }
  return { node: 0, count, stride, modulus: count };
}
