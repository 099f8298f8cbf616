/**
 * The oracle: exact nearest neighbors in float64, as naive as possible, because everything else is
 * judged by it.
 * A newcomer would compare its distances with `===`: the engine works in float32, so nearly equal
 * distances may come in another order (see recall.ts for a tie-tolerant measure).
 */

/** As in the engine: l2 is the squared distance, cosine 1 - cos, dot the negated dot product. */
export type Metric = 'l2' | 'cosine' | 'dot';

/** Anything with numbers at whole indexes: typed arrays and plain arrays. */
export type Numbers = ArrayLike<number>;

/**
 * What is searched and how; `accept` is a bitset of the nodes allowed as results, bit n % 32 of
 * word n / 32.
 */
export interface BruteForceOptions {
  readonly dimension: number;
  readonly metric: Metric;
  readonly k: number;
  readonly accept?: Uint32Array;
}

/** At most k nodes, ascending by (distance, node). */
export interface ExactResult {
  readonly nodes: Uint32Array;
  readonly distances: Float64Array;
}

/** The rows compared: `dimension` components of `vectors` from `offset`, and the query. */
function dotProduct(vectors: Numbers, offset: number, query: Numbers, dimension: number): number {
  let sum = 0;
  for (let i = 0; i < dimension; i++) sum += vectors[offset + i]! * query[i]!;
  return sum;
}

function squaredDistance(
  vectors: Numbers,
  offset: number,
  query: Numbers,
  dimension: number,
): number {
  let sum = 0;
  for (let i = 0; i < dimension; i++) sum += (vectors[offset + i]! - query[i]!) ** 2;
  return sum;
}

function cosineDistance(
  vectors: Numbers,
  offset: number,
  query: Numbers,
  dimension: number,
): number {
  let dot = 0;
  let vectorSquare = 0;
  let querySquare = 0;
  for (let i = 0; i < dimension; i++) {
    dot += vectors[offset + i]! * query[i]!;
    vectorSquare += vectors[offset + i]! ** 2;
    querySquare += query[i]! ** 2;
  }
  const lengths = Math.sqrt(vectorSquare) * Math.sqrt(querySquare);
  // A zero vector has no direction: it is as far from everything as a right angle.
  if (lengths === 0) return 1;
  return Math.min(2, Math.max(0, 1 - dot / lengths));
}

/** The distance of `node` to `query`, where `vectors` holds count * dimension components. */
export function exactDistance(
  vectors: Numbers,
  query: Numbers,
  node: number,
  options: { readonly dimension: number; readonly metric: Metric },
): number {
  const { dimension, metric } = options;
  const offset = node * dimension;
  if (metric === 'l2') return squaredDistance(vectors, offset, query, dimension);
  if (metric === 'cosine') return cosineDistance(vectors, offset, query, dimension);
  // Adding 0 turns the -0 of orthogonal vectors into 0.
  return 0 - dotProduct(vectors, offset, query, dimension);
}

function isAccepted(accept: Uint32Array | undefined, node: number): boolean {
  if (accept === undefined) return true;
  return (((accept[node >>> 5] ?? 0) >>> (node & 31)) & 1) === 1;
}

/** The k nearest nodes of one query: every distance, sorted. */
export function bruteForce(
  vectors: Numbers,
  query: Numbers,
  options: BruteForceOptions,
): ExactResult {
  const count = Math.floor(vectors.length / options.dimension);
  const candidates: { node: number; distance: number }[] = [];
  for (let node = 0; node < count; node++) {
    if (!isAccepted(options.accept, node)) continue;
    candidates.push({ node, distance: exactDistance(vectors, query, node, options) });
  }
  candidates.sort((a, b) => a.distance - b.distance || a.node - b.node);
  const nearest = candidates.slice(0, options.k);
  return {
    nodes: Uint32Array.from(nearest, (candidate) => candidate.node),
    distances: Float64Array.from(nearest, (candidate) => candidate.distance),
  };
}

/** `bruteForce` for each of the queries, which are flat rows of `dimension` components. */
export function bruteForceBatch(
  vectors: Numbers,
  queries: Float32Array,
  options: BruteForceOptions,
): ExactResult[] {
  const { dimension } = options;
  const results: ExactResult[] = [];
  for (let offset = 0; offset < queries.length; offset += dimension) {
    results.push(bruteForce(vectors, queries.subarray(offset, offset + dimension), options));
  }
  return results;
}
