// Trains the centroids of products: k-means of the pieces of a seeded sample, one subspace at a
// time (k-means++, Arthur and Vassilvitskii 2007, then Lloyd's iterations). Distances to centroids
// are the hot code's, the same on every tier; sums are float64, in the order of the sample. The
// sealed segment's own memory is where it is done, so that no size of a subspace needs other room.

import * as F from '../hot/fields.ts';
import { centroidOffset, firstComponent } from '../hot/product.ts';
import { drawSample, uniform } from '../random.ts';
import type { Segment } from '../segments/segment.ts';

/** 32 pieces for each centroid; fewer where vectors are long. */
const MAX_SAMPLE_VECTORS = 8192;
const MIN_SAMPLE_VECTORS = 1024;
const MAX_SAMPLE_COMPONENTS = 1 << 23;
/** Pieces among which the first centroids are drawn. */
const SEED_PIECES = 2048;
/** The tenth lowers the squared error by 0.1 % (50,000 x 768, 32 subspaces). */
const MAX_ITERATIONS = 10;
/** So that centroids are drawn by other numbers than everything else. */
const PIECE_SEED = 0x9c0de;

/** Which subspace is trained, and the scratch block of the target in which. */
export interface Training {
  readonly subspace: number;
  readonly scratch: number;
  readonly seed: number;
}

/** Pieces of the sampled vectors, one after another. */
interface Pieces {
  readonly floats: Float32Array;
  readonly length: number;
  readonly count: number;
}

/** The nearest centroid of each piece, and the squared distance. */
interface Assignment {
  readonly nearest: Uint8Array;
  readonly distances: Float32Array;
}

/** Vectors in a sample of this dimension. */
function sampleSize(dimension: number): number {
  const affordable = Math.floor(MAX_SAMPLE_COMPONENTS / dimension);
  return Math.min(MAX_SAMPLE_VECTORS, Math.max(MIN_SAMPLE_VECTORS, affordable));
}

function gatherPieces(source: Segment, target: Segment, { subspace, seed }: Training): Pieces {
  const { dimension, subspaces } = target.layout;
  const first = firstComponent(subspace, dimension, subspaces);
  const length = firstComponent(subspace + 1, dimension, subspaces) - first;
  const nodes = drawSample(source.count, sampleSize(dimension), seed);
  const floats = new Float32Array(nodes.length * length);
  nodes.forEach((node, i) => {
    floats.set(source.vectors(node, 1).subarray(first, first + length), i * length);
  });
  return { floats, length, count: nodes.length };
}

/** Squared distance of two pieces. */
function distanceOf({ floats, length }: Pieces, a: number, b: number): number {
  let sum = 0;
  for (let i = a * length, j = b * length; i < (a + 1) * length; i++, j++) {
    const difference = floats[i] - floats[j];
    sum += difference * difference;
  }
  return sum;
}

/** Where the running sum of `weights` first exceeds `share` of the total; 0 if all are 0. */
function drawByWeight(weights: Float64Array, share: number): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  let sum = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    last = i;
    sum += weights[i];
    if (sum > share * total) break;
  }
  return last;
}

/**
 * Pieces to begin with: each drawn with a probability in proportion to the squared distance to the
 * nearest one drawn before. When all are drawn, the first again.
 */
function drawPieces(pieces: Pieces, seed: number): number[] {
  const candidates = drawSample(pieces.count, SEED_PIECES, seed);
  const distances = new Float64Array(candidates.length).fill(Number.POSITIVE_INFINITY);
  const drawn = [candidates[Math.floor(uniform(seed, 0) * candidates.length)]];
  for (let number = 1; number < F.CENTROID_COUNT; number++) {
    const last = drawn[number - 1];
    for (let i = 0; i < distances.length; i++) {
      distances[i] = Math.min(distances[i], distanceOf(pieces, candidates[i], last));
    }
    drawn.push(candidates[drawByWeight(distances, uniform(seed, number))]);
  }
  return drawn;
}

function pieceAt({ floats, length }: Pieces, piece: number): Float32Array {
  return floats.subarray(piece * length, (piece + 1) * length);
}

/** Writes centroids, one after another here, where and as the hot code reads them. */
function writeCentroids(target: Segment, subspace: number, centroids: Float32Array): void {
  const { f32s, layout } = target;
  const length = centroids.length / F.CENTROID_COUNT;
  const first = firstComponent(subspace, layout.dimension, layout.subspaces);
  const start = layout.regions.centroids.word + F.CENTROID_COUNT * first;
  for (let number = 0; number < F.CENTROID_COUNT; number++) {
    const word = start + centroidOffset(number, length);
    for (let i = 0; i < length; i++) {
      f32s[word + i * F.CENTROID_GROUP] = centroids[number * length + i];
    }
  }
}

/** Finds the nearest centroid of every piece; whether one has another than before. */
function assignPieces(
  target: Segment,
  { scratch, subspace }: Training,
  { floats, length, count }: Pieces,
  { nearest, distances }: Assignment,
): boolean {
  const { hot, f32s, layout } = target;
  const buffer = scratch + layout.bufferWord;
  const table = scratch + layout.queryCodeWord;
  let moved = false;
  for (let piece = 0; piece < count; piece++) {
    for (let i = 0; i < length; i++) f32s[buffer + i] = floats[piece * length + i];
    const number = hot.nearestCentroid(scratch, subspace, buffer);
    moved ||= nearest[piece] !== number;
    nearest[piece] = number;
    distances[piece] = f32s[table + number];
  }
  return moved;
}

/** Makes the piece that is farthest from its centroid one, unless all are where theirs is. */
function reseed(pieces: Pieces, { distances }: Assignment, centroid: Float32Array): void {
  let farthest = 0;
  for (let i = 1; i < distances.length; i++) {
    if (distances[i] > distances[farthest]) farthest = i;
  }
  if (distances[farthest] === 0) return;
  distances[farthest] = 0; // the next one takes another
  centroid.set(pieceAt(pieces, farthest));
}

/** Moves every centroid to the mean of its pieces, and one that has none to the farthest piece. */
function moveCentroids(pieces: Pieces, assignment: Assignment, centroids: Float32Array): void {
  const { floats, length, count } = pieces;
  const sums = new Float64Array(centroids.length);
  const sizes = new Int32Array(F.CENTROID_COUNT);
  for (let piece = 0; piece < count; piece++) {
    const number = assignment.nearest[piece];
    sizes[number]++;
    for (let i = 0; i < length; i++) sums[number * length + i] += floats[piece * length + i];
  }
  for (let number = 0; number < F.CENTROID_COUNT; number++) {
    const centroid = centroids.subarray(number * length, (number + 1) * length);
    if (sizes[number] === 0) reseed(pieces, assignment, centroid);
    else
      centroid.forEach((_, i) => {
        centroid[i] = sums[number * length + i] / sizes[number];
      });
  }
}

/** Writes the centroids of one subspace of `target` from a seeded sample of `source`. */
export function trainSubspace(source: Segment, target: Segment, training: Training): void {
  const { subspace, seed } = training;
  const pieces = gatherPieces(source, target, training);
  const centroids = new Float32Array(F.CENTROID_COUNT * pieces.length);
  drawPieces(pieces, (seed ^ PIECE_SEED) + subspace).forEach((piece, number) => {
    centroids.set(pieceAt(pieces, piece), number * pieces.length);
  });
  const { count } = pieces;
  const assignment = { nearest: new Uint8Array(count), distances: new Float32Array(count) };
  writeCentroids(target, subspace, centroids);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const moved = assignPieces(target, training, pieces, assignment);
    if (!moved && iteration > 0) return;
    moveCentroids(pieces, assignment, centroids);
    writeCentroids(target, subspace, centroids);
  }
}
