/**
 * Filters to measure with: of a share of the vectors, chosen at random, or as the vectors lie: a
 * half space, or whole cells around leaders. Seeded.
 */
import { NodeFilter } from '@nigh/core';
import { Random } from '@nigh/testkit';

export type FilterKind = 'random' | 'half space' | 'cells';
export const FILTER_KINDS: readonly FilterKind[] = ['random', 'half space', 'cells'];

/** Leaders of cells: about as many as the clustered data has clusters. */
const CELLS = 100;

interface Shape {
  readonly vectors: Float32Array;
  readonly dimension: number;
  readonly seed: number;
}

/** Makes filters of one set of vectors; what is slow is done once. */
export function filterMaker(shape: Shape): (kind: FilterKind, share: number) => NodeFilter {
  const { vectors, dimension, seed } = shape;
  const count = vectors.length / dimension;
  const cells = cellsOf(shape);
  const makers: Record<FilterKind, (share: number, random: Random) => NodeFilter> = {
    random: (share, random) => filterOf(count, () => random.uniform() < share),
    'half space': (share, random) => {
      const keys = projections(shape, random);
      const limit = Float64Array.from(keys).sort()[Math.floor(share * count)] as number;
      return filterOf(count, (node) => (keys[node] as number) < limit);
    },
    cells: (share, random) => {
      const chosen = chooseCells(cells, share * count, random);
      return filterOf(count, (node) => chosen.has(cells[node] as number));
    },
  };
  return (kind, share) => makers[kind](share, new Random(seed + Math.round(share * 1e6)));
}

function filterOf(count: number, accepts: (node: number) => boolean): NodeFilter {
  return NodeFilter.where(NodeFilter.range(0, count).nodes(), accepts);
}

/** Where each vector lies along a random direction. */
function projections({ vectors, dimension }: Shape, random: Random): Float64Array {
  const direction = Float64Array.from({ length: dimension }, () => random.normal());
  return Float64Array.from({ length: vectors.length / dimension }, (_, node) => {
    let sum = 0;
    for (let i = 0; i < dimension; i++) {
      sum += (direction[i] as number) * (vectors[node * dimension + i] as number);
    }
    return sum;
  });
}

/** The nearest of CELLS vectors to each. */
function cellsOf({ vectors, dimension, seed }: Shape): Uint32Array {
  const count = vectors.length / dimension;
  const random = new Random(seed);
  const cells = new Uint32Array(count);
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  for (let cell = 0; cell < CELLS; cell++) {
    const leader = random.integer(0, count) * dimension;
    for (let node = 0; node < count; node++) {
      const limit = nearest[node] as number;
      let sum = 0;
      for (let i = 0; i < dimension && sum < limit; i++) {
        const gap = (vectors[node * dimension + i] as number) - (vectors[leader + i] as number);
        sum += gap * gap;
      }
      if (sum >= limit) continue;
      nearest[node] = sum;
      cells[node] = cell;
    }
  }
  return cells;
}

/** Cells in random order until they have `wanted` vectors; at least one. */
function chooseCells(cells: Uint32Array, wanted: number, random: Random): Set<number> {
  const sizes = new Uint32Array(CELLS);
  for (const cell of cells) sizes[cell] = (sizes[cell] as number) + 1;
  const chosen = new Set<number>();
  let size = 0;
  while (size < wanted && chosen.size < CELLS) {
    const cell = random.integer(0, CELLS);
    if (chosen.has(cell)) continue;
    const next = size + (sizes[cell] as number);
    // The last one is left out when the share is nearer without it.
    if (chosen.size > 0 && next - wanted > wanted - size) break;
    chosen.add(cell);
    size = next;
  }
  return chosen;
}
