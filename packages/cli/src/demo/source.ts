// Where the demo's vectors come from: generated, or a file of the person's own. Either way some
// rows are kept out of the index and used as queries, because a query that is itself in the index
// is found too easily and would flatter the recall.

import type { Metric } from '@nigh/core';
import { openVectorFile, type VectorSource } from '@nigh/formats';
import { UsageError } from '../failure.ts';
import { readRows } from '../ingest.ts';
import { formatCount, formatNumberOf } from '../output/render.ts';
import { createDemoData } from './data.ts';

const MAX_QUERY_COUNT = 1000;
/** Rows looked at to find out whether vectors have unit length. */
const METRIC_SAMPLE = 200;
/** Rounding of 16-bit floats moves the length of a unit vector by less than this. */
const UNIT_TOLERANCE = 2e-3;

export interface DemoInput {
  /** A file of vectors; generated ones when absent. */
  readonly vectors?: string;
  readonly metric?: Metric;
  readonly threads?: number;
  /** Size, shape and seed of generated vectors. */
  readonly count: number;
  readonly dimension: number;
  readonly seed: number;
}

export interface DemoSource {
  /** Rows `[0, indexed)` go into the index. */
  readonly source: VectorSource;
  readonly indexed: number;
  /** The rows kept out, one after the other. */
  readonly queries: Float32Array;
  readonly queryCount: number;
  readonly metric: Metric;
  /** Sentences for the person watching: what the vectors are, why this metric. */
  readonly description: readonly string[];
  /** Name under which the filling of the index is reported. */
  readonly readingPhase: string;
  close(): Promise<void>;
}

/** @throws FormatError, or UsageError for a file too small to hold anything out. */
export function openDemoSource(input: DemoInput): Promise<DemoSource> {
  return input.vectors === undefined ? generated(input) : fromFile(input.vectors, input.metric);
}

async function generated(input: DemoInput): Promise<DemoSource> {
  const { count, dimension, seed, metric = 'l2' } = input;
  const source = createDemoData({ count, dimension, seed });
  const queryCount = Math.min(MAX_QUERY_COUNT, Math.max(1, Math.floor(count / 10)));
  return {
    source,
    indexed: count,
    queries: await readRows(source, count, queryCount),
    queryCount,
    metric,
    description: [
      `${formatCount(count)} generated vectors of ${dimension} components (seed ${seed}), in ` +
        'overlapping clusters.',
      heldOut(queryCount, 'more are made'),
      `Distance: ${metric}, ${metricMeaning[metric]}.`,
    ],
    readingPhase: 'generating',
    close: async () => {},
  };
}

async function fromFile(path: string, asked: Metric | undefined): Promise<DemoSource> {
  const file = await openVectorFile(path);
  try {
    const { count, dimension } = file;
    if (count < 2) throw new UsageError(`${path} has one vector: nothing to search for is left`);
    const queryCount = Math.min(MAX_QUERY_COUNT, Math.max(1, Math.floor(count / 100)));
    const indexed = count - queryCount;
    const metric = asked ?? (await chooseMetric(file));
    const reason =
      asked === undefined && metric === 'cosine' ? ', as the vectors have length 1' : '';
    return {
      source: file,
      indexed,
      queries: await readRows(file, indexed, queryCount),
      queryCount,
      metric,
      description: [
        `${path}: ${formatNumberOf(count, 'vector', 'vectors')} of ${dimension} components ` +
          `(${file.format}, ${file.componentType}).`,
        heldOut(queryCount, 'at the end of the file are taken'),
        `Distance: ${metric}, ${metricMeaning[metric]}${reason}.`,
      ],
      readingPhase: 'reading',
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

const metricMeaning: Readonly<Record<Metric, string>> = {
  l2: 'the squared Euclidean distance',
  cosine: '1 minus the cosine of the angle',
  dot: 'the negative dot product',
};

function heldOut(queryCount: number, origin: string): string {
  return `${formatCount(queryCount)} ${origin} as queries; the index never sees them.`;
}

/** Vectors of unit length were almost certainly normalised to be compared by their angle. */
async function chooseMetric(source: VectorSource): Promise<Metric> {
  const { count, dimension } = source;
  const sampleCount = Math.min(count, METRIC_SAMPLE);
  const rows = await readRows(source, 0, sampleCount);
  for (let row = 0; row < sampleCount; row++) {
    const vector = rows.subarray(row * dimension, (row + 1) * dimension);
    const length = Math.sqrt(vector.reduce((sum, component) => sum + component * component, 0));
    if (!(Math.abs(length - 1) <= UNIT_TOLERANCE)) return 'l2';
  }
  return 'cosine';
}
