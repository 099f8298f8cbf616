/**
 * Bad options of create and build. Every error is INVALID_OPTION and its message names the option.
 * A newcomer would guess the code of a doubtful case: the decisions stand below the imports.
 */
import { BAD_INPUT_DIMENSION, type BadInput, show } from './target.ts';

// Decisions: options are never clamped or converted, so '3' is not 3; unknown options are errors,
// because a misspelt one would silently do nothing; the seed is a 32-bit word; a capacity is a
// number of nodes, so 2^40 is out of range whatever the memory; M of 1 is refused, because its
// level multiplier 1 / ln M is infinite.

const BAD_VALUES: Readonly<Record<string, readonly unknown[]>> = {
  dimension: [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e9, '3', null],
  metric: ['euclid', 'L2', '', null, 2],
  M: [1, 0, -4, 1.5, 1000, Number.NaN, '16'],
  efConstruction: [0, -1, 1.5, Number.NaN],
  seed: [-1, 1.5, 2 ** 33, Number.NaN],
  threads: [0, -1, 1.5, 1e6],
  capacity: [-1, 1.5, 2 ** 40, Number.NaN],
  flatThreshold: [-1, 1.5, Number.NaN],
  segmentByteLimit: [-1, 1.5, 2 ** 33],
  tier: ['fast'],
  memory: ['gpu'],
  precision: ['float64', 'Int8', '', null, 8, ['int8'], '__proto__'],
  originals: ['disk', 'Memory', '', null, true],
  rerank: ['int8', 'none', '', null, 16],
  subspaces: [0, -1, 1.5, Number.NaN, '2', null, BAD_INPUT_DIMENSION + 1],
  allowLowDimension: ['yes', 1, null],
  ef: [10],
  topK: [5],
  m: [16],
};

function create(option: string, value: unknown): BadInput {
  return {
    name: `create with ${option} ${show(value)}`,
    call: ({ VectorIndex }) =>
      VectorIndex.create({ dimension: BAD_INPUT_DIMENSION, [option]: value }),
    code: 'INVALID_OPTION',
    names: option,
  };
}

function build(option: string, value: unknown): BadInput {
  return {
    name: `build with ${option} ${show(value)}`,
    call: ({ VectorIndex }) =>
      VectorIndex.build(new Float32Array(2 * BAD_INPUT_DIMENSION).fill(1), {
        dimension: BAD_INPUT_DIMENSION,
        [option]: value,
      }),
    code: 'INVALID_OPTION',
    names: option,
  };
}

const CREATE_INPUTS: readonly BadInput[] = Object.entries(BAD_VALUES).flatMap(([option, values]) =>
  values.map((value) => create(option, value)),
);

/** Options that are sound each, and contradict each other; the name of the one to change. */
const CONTRADICTIONS: readonly (readonly [names: string, options: Record<string, unknown>])[] = [
  ['originals', { originals: 'none' }],
  ['originals', { precision: 'float32', originals: 'none' }],
  ['originals', { precision: 'float16', originals: 'none' }],
  ['rerank', { rerank: 'float16' }],
  ['rerank', { precision: 'float16', rerank: 'float32' }],
  ['subspaces', { subspaces: 2 }],
  ['subspaces', { precision: 'int8', subspaces: 2 }],
  ['subspaces', { precision: 'binary', allowLowDimension: true, subspaces: 2 }],
  ['allowLowDimension', { precision: 'binary' }],
  ['allowLowDimension', { precision: 'binary', allowLowDimension: false }],
];

const CONTRADICTORY_INPUTS: readonly BadInput[] = CONTRADICTIONS.map(([names, options]) => ({
  name: `create with ${JSON.stringify(options)}`,
  call: ({ VectorIndex }) => VectorIndex.create({ dimension: BAD_INPUT_DIMENSION, ...options }),
  code: 'INVALID_OPTION',
  names,
}));

/** Vectors of which some component is beyond what a half can hold, row 1. */
const HALVED_INPUTS: readonly BadInput[] = [
  { precision: 'float16' },
  { precision: 'int8', originals: 'memory', rerank: 'float16' },
].map((options) => ({
  name: `build of 65,505 with ${JSON.stringify(options)}`,
  call: ({ VectorIndex }) =>
    VectorIndex.build(Float32Array.of(1, 2, 3, 65504, 1, 2, -65505, 4), {
      dimension: BAD_INPUT_DIMENSION,
      ...options,
    }),
  code: 'VALUE_TOO_LARGE',
  row: 1,
}));

/** Everything wrong with the options of a new index. */
export const OPTION_INPUTS: readonly BadInput[] = [
  ...CREATE_INPUTS,
  ...CONTRADICTORY_INPUTS,
  ...HALVED_INPUTS,
  {
    name: 'create without options',
    call: ({ VectorIndex }) => VectorIndex.create(undefined),
    code: 'INVALID_OPTION',
  },
  {
    name: 'create with null for options',
    call: ({ VectorIndex }) => VectorIndex.create(null),
    code: 'INVALID_OPTION',
  },
  {
    name: 'create without a dimension',
    call: ({ VectorIndex }) => VectorIndex.create({}),
    code: 'INVALID_OPTION',
    names: 'dimension',
  },
  build('dimension', undefined),
  build('metric', 'euclid'),
  build('M', 0),
  build('seed', -1),
  build('precision', 'float8'),
  build('rerank', 'float16'),
  build('topK', 5),
  build('onProgress', 'yes'),
  build('signal', {}),
];
