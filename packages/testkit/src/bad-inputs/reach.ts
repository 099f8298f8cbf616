/**
 * Bad ways to say how far a search reaches: recalls, distances, limits, nodes; and bad
 * calibrations.
 * A newcomer would refuse an infinite distance: it is no limit, and only NaN is nonsense.
 */
import { type BadInput, type BadInputTarget, show } from './target.ts';

const K = 2;
const QUERY = [1, 2, 3, 4];

type Options = Readonly<Record<string, unknown>>;

/** Every call that takes an effort, with other options. */
const SEARCHES: Readonly<Record<string, (target: BadInputTarget, options: Options) => unknown>> = {
  search: ({ index }, options) => index.search(QUERY, K, options),
  searchBatch: ({ index }, options) => index.searchBatch([QUERY], K, options),
  searchNode: ({ index }, options) => index.searchNode(1, K, options),
  searchRange: ({ index }, options) => index.searchRange(QUERY, 1, options),
};

const BAD_RECALLS = [0, -0.5, 1.01, 90, Number.NaN, Number.POSITIVE_INFINITY, '0.9', null];

const BAD_EFFORTS: readonly (readonly [option: string, value: unknown, code: string])[] = [
  ...BAD_RECALLS.map((recall) => ['recall', recall, 'INVALID_ARGUMENT'] as const),
  ['efSearch', 0, 'INVALID_ARGUMENT'],
  ['exact', 1, 'INVALID_OPTION'],
  ['vectors', 'yes', 'INVALID_OPTION'],
  ['withVectors', true, 'INVALID_OPTION'],
];

const EFFORT_INPUTS: readonly BadInput[] = Object.entries(SEARCHES).flatMap(([verb, search]) => [
  ...BAD_EFFORTS.map(([option, value, code]) => ({
    name: `${verb} with an effort of ${option} ${show(value)}`,
    call: (target: BadInputTarget) => search(target, { [option]: value }),
    ...{ code, names: option },
  })),
  {
    name: `${verb} with efSearch and recall`,
    call: (target: BadInputTarget) => search(target, { efSearch: 64, recall: 0.9 }),
    ...{ code: 'INVALID_OPTION', names: 'recall' },
  },
]);

const BAD_DISTANCES = [Number.NaN, '1', null, 1n];

const DISTANCE_INPUTS: readonly BadInput[] = BAD_DISTANCES.flatMap((maxDistance) => [
  ...(['search', 'searchBatch', 'searchNode'] as const).map((verb) => ({
    name: `${verb} with maxDistance ${show(maxDistance)}`,
    call: (target: BadInputTarget) => SEARCHES[verb]!(target, { maxDistance }),
    ...{ code: 'INVALID_ARGUMENT', names: 'maxDistance' },
  })),
  {
    name: `searchRange to ${show(maxDistance)}`,
    call: ({ index }: BadInputTarget) => index.searchRange(QUERY, maxDistance),
    ...{ code: 'INVALID_ARGUMENT', names: 'maxDistance' },
  },
]);

const RANGE_INPUTS: readonly BadInput[] = [
  ...[0, -1, 1.5, Number.NaN, 2 ** 31, '10', null].map((limit) => ({
    name: `searchRange with limit ${show(limit)}`,
    call: ({ index }: BadInputTarget) => index.searchRange(QUERY, 1, { limit }),
    ...{ code: 'INVALID_ARGUMENT', names: 'limit' },
  })),
  {
    name: 'searchRange without a distance',
    call: ({ index }) => index.searchRange(QUERY, undefined),
    ...{ code: 'INVALID_ARGUMENT', names: 'maxDistance' },
  },
  {
    name: 'searchRange with the option maxDistance',
    call: ({ index }) => index.searchRange(QUERY, 1, { maxDistance: 1 }),
    ...{ code: 'INVALID_OPTION', names: 'maxDistance' },
  },
  {
    name: 'searchRange with a short query',
    call: ({ index }) => index.searchRange([1, 2], 1),
    code: 'DIMENSION_MISMATCH',
  },
  {
    name: 'searchRange with NaN in the query',
    call: ({ index }) => index.searchRange([1, Number.NaN, 3, 4], 1),
    code: 'NOT_FINITE',
  },
];

const NODE_INPUTS: readonly BadInput[] = [
  ...[-1, 1.5, Number.NaN, '0', undefined].map((node) => ({
    name: `searchNode of ${show(node)}`,
    call: ({ index }: BadInputTarget) => index.searchNode(node, K),
    ...{ code: 'INVALID_ARGUMENT', names: 'node' },
  })),
  ...[0, 1.5, undefined].map((k) => ({
    name: `searchNode with k ${show(k)}`,
    call: ({ index }: BadInputTarget) => index.searchNode(0, k),
    ...{ code: 'INVALID_ARGUMENT', names: 'k' },
  })),
];

const BAD_CALIBRATIONS: readonly (readonly [option: string, value: unknown, code: string])[] = [
  ...BAD_RECALLS.map((recall) => ['recall', recall, 'INVALID_ARGUMENT'] as const),
  ...[0, 1.5, 4097, '10'].map((k) => ['k', k, 'INVALID_ARGUMENT'] as const),
  ...[0, 1.5, 2 ** 31].map((sample) => ['sample', sample, 'INVALID_ARGUMENT'] as const),
  ['queries', [], 'INVALID_ARGUMENT'],
  ['queries', new Float32Array(3), 'DIMENSION_MISMATCH'],
  ['queries', 'all', 'INVALID_VECTORS'],
  ['queries', [[1, Number.NaN, 3, 4]], 'NOT_FINITE'],
  ['efSearch', 64, 'INVALID_OPTION'],
  ['onProgress', 1, 'INVALID_OPTION'],
  ['signal', {}, 'INVALID_OPTION'],
];

const CALIBRATION_INPUTS: readonly BadInput[] = BAD_CALIBRATIONS.map(([option, value, code]) => ({
  name: `calibrate with ${option} ${Array.isArray(value) ? `[${value}]` : show(value)}`,
  call: ({ index }) => index.calibrate({ [option]: value }),
  code,
}));

const EVALUATION_INPUTS: readonly BadInput[] = [
  ...[0, 1.5, '0.9', [0.9, 2], []].map((recall) => ({
    name: `evaluate with recall ${Array.isArray(recall) ? `[${recall}]` : show(recall)}`,
    call: ({ index }: BadInputTarget) => index.evaluate({ recall }),
    ...{ code: 'INVALID_ARGUMENT', names: 'recall' },
  })),
  {
    name: 'evaluate with efSearch and recall',
    call: ({ index }) => index.evaluate({ efSearch: 10, recall: 0.9 }),
    ...{ code: 'INVALID_OPTION', names: 'recall' },
  },
];

/** Everything wrong with how far a search should reach. */
export const REACH_INPUTS: readonly BadInput[] = [
  ...EFFORT_INPUTS,
  ...DISTANCE_INPUTS,
  ...RANGE_INPUTS,
  ...NODE_INPUTS,
  ...CALIBRATION_INPUTS,
  ...EVALUATION_INPUTS,
];
