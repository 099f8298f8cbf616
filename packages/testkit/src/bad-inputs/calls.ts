/**
 * Bad calls on an index that exists: searches of every kind, getVector, reserve, commit, evaluate,
 * calibrate, add options.
 * A newcomer would guess the code of a doubtful case: the decisions stand below the imports.
 */
import { REACH_INPUTS } from './reach.ts';
import { type BadInput, type BadInputTarget, show } from './target.ts';

// Decisions: k is a whole number from 1 to 2^31 - 1, and 1e9 is therefore valid, as k above the
// count returns what there is; k, efSearch, recall, distances, limits, sample and nodes are
// INVALID_ARGUMENT wherever they stand, but efSearch and recall together are INVALID_OPTION, as
// unknown options are; a query of another length is DIMENSION_MISMATCH, one of another type
// INVALID_VECTORS; a reserve of no or half a row is INVALID_ARGUMENT, of more than is available
// CAPACITY_EXCEEDED.

const K = 2;

function query(value = 1): Float32Array {
  return Float32Array.of(1, 2, 3, value);
}

function detached(): Float32Array {
  const vector = query();
  structuredClone(vector.buffer, { transfer: [vector.buffer] });
  return vector;
}

type Search = (target: BadInputTarget, query: unknown, k: unknown, options?: unknown) => unknown;

/** Makes the same attempts on search and searchBatch: a single query is also a batch of one. */
function onBoth(make: (verb: string, search: Search) => BadInput[]): BadInput[] {
  return [
    ...make('search', ({ index }, ...rest) => index.search(...rest)),
    ...make('searchBatch', ({ index }, ...rest) => index.searchBatch(...rest)),
  ];
}

const BAD_K = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '10', null, undefined];
const BAD_EF_SEARCH = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '64', null];

const K_INPUTS: readonly BadInput[] = onBoth((verb, search) =>
  BAD_K.map((k) => ({
    name: `${verb} with k ${show(k)}`,
    call: (target) => search(target, query(), k),
    code: 'INVALID_ARGUMENT',
  })),
);

const SEARCH_OPTION_INPUTS: readonly BadInput[] = onBoth((verb, search) => [
  ...BAD_EF_SEARCH.map((efSearch) => ({
    name: `${verb} with efSearch ${show(efSearch)}`,
    call: (target: BadInputTarget) => search(target, query(), K, { efSearch }),
    code: 'INVALID_ARGUMENT',
  })),
  ...['ef', 'topK', 'filter'].map((option) => ({
    name: `${verb} with unknown option ${option}`,
    call: (target: BadInputTarget) => search(target, query(), K, { [option]: 10 }),
    code: 'INVALID_OPTION',
    names: option,
  })),
  {
    name: `${verb} with exact 'yes'`,
    call: (target) => search(target, query(), K, { exact: 'yes' }),
    code: 'INVALID_OPTION',
    names: 'exact',
  },
]);

interface BadQuery {
  readonly name: string;
  readonly make: () => unknown;
  readonly code: string;
  /** Whether a batch of one gives the same answer; an empty batch, for one, is no error. */
  readonly alsoBatch: boolean;
}

const BAD_QUERIES: readonly BadQuery[] = [
  {
    name: 'too short a query',
    make: () => new Float32Array(3),
    code: 'DIMENSION_MISMATCH',
    alsoBatch: true,
  },
  {
    name: 'too long a query',
    make: () => new Float32Array(5),
    code: 'DIMENSION_MISMATCH',
    alsoBatch: true,
  },
  {
    name: 'two queries in one',
    make: () => new Float32Array(8),
    code: 'DIMENSION_MISMATCH',
    alsoBatch: false,
  },
  {
    name: 'an empty query',
    make: () => new Float32Array(0),
    code: 'DIMENSION_MISMATCH',
    alsoBatch: false,
  },
  { name: 'an empty array', make: () => [], code: 'DIMENSION_MISMATCH', alsoBatch: false },
  { name: 'a null query', make: () => null, code: 'INVALID_VECTORS', alsoBatch: true },
  { name: 'an undefined query', make: () => undefined, code: 'INVALID_VECTORS', alsoBatch: true },
  { name: 'a string', make: () => 'abcd', code: 'INVALID_VECTORS', alsoBatch: true },
  {
    name: 'an ArrayBuffer',
    make: () => new ArrayBuffer(16),
    code: 'INVALID_VECTORS',
    alsoBatch: true,
  },
  {
    name: 'a Uint16Array',
    make: () => new Uint16Array(4),
    code: 'INVALID_VECTORS',
    alsoBatch: true,
  },
  { name: 'a detached query', make: detached, code: 'INVALID_VECTORS', alsoBatch: true },
  {
    name: 'a query with null',
    make: () => [1, 2, null, 4],
    code: 'INVALID_VECTORS',
    alsoBatch: true,
  },
  {
    name: 'a query with a string',
    make: () => [1, 2, '3', 4],
    code: 'INVALID_VECTORS',
    alsoBatch: true,
  },
  { name: 'a query with NaN', make: () => query(Number.NaN), code: 'NOT_FINITE', alsoBatch: true },
  {
    name: 'a query with Infinity',
    make: () => query(Number.POSITIVE_INFINITY),
    code: 'NOT_FINITE',
    alsoBatch: true,
  },
  { name: 'a query with 1e39', make: () => [1, 2, 3, 1e39], code: 'NOT_FINITE', alsoBatch: false },
  { name: 'a query with 1e30', make: () => query(1e30), code: 'VALUE_TOO_LARGE', alsoBatch: true },
];

const QUERY_INPUTS: readonly BadInput[] = BAD_QUERIES.flatMap(({ name, make, code, alsoBatch }) => {
  const one: BadInput = {
    name: `search with ${name}`,
    call: ({ index }) => index.search(make(), K),
    code,
  };
  const batch: BadInput = {
    name: `searchBatch with ${name}`,
    call: ({ index }) => index.searchBatch(make(), K),
    code,
  };
  return alsoBatch ? [one, batch] : [one];
});

/** Batches report the row of the bad query, and cosine refuses a query without direction. */
const BATCH_AND_ZERO_INPUTS: readonly BadInput[] = [
  {
    name: 'searchBatch with NaN in the second query',
    call: ({ index }) => index.searchBatch(Float32Array.of(1, 2, 3, 4, 1, Number.NaN, 3, 4), K),
    code: 'NOT_FINITE',
    row: 1,
  },
  {
    name: 'searchBatch with a short second row',
    call: ({ index }) =>
      index.searchBatch(
        [
          [1, 2, 3, 4],
          [1, 2],
        ],
        K,
      ),
    code: 'INVALID_VECTORS',
    row: 1,
  },
  {
    name: 'search under cosine with a zero query',
    call: ({ cosine }) => cosine.search(new Float32Array(4), K),
    code: 'ZERO_VECTOR',
  },
  {
    name: 'searchBatch under cosine with a zero second query',
    call: ({ cosine }) => cosine.searchBatch(Float32Array.of(1, 2, 3, 4, 0, 0, 0, 0), K),
    code: 'ZERO_VECTOR',
    row: 1,
  },
];

const NODE_INPUTS: readonly BadInput[] = [
  ...[-1, 1.5, Number.NaN, '0', undefined].map((node) => ({
    name: `getVector of ${show(node)}`,
    call: ({ index }: BadInputTarget) => index.getVector(node),
    code: 'INVALID_ARGUMENT',
  })),
  {
    name: 'getVector of the count',
    call: ({ index }) => index.getVector(index.count),
    code: 'NODE_NOT_FOUND',
  },
];

const RESERVE_INPUTS: readonly BadInput[] = [
  ...[0, -1, 1.5, Number.NaN, '3', undefined].map((count) => ({
    name: `reserve ${show(count)}`,
    call: ({ index }: BadInputTarget) => index.reserve(count),
    code: 'INVALID_ARGUMENT',
  })),
  {
    name: 'reserve 1e12',
    call: ({ index }) => index.reserve(1e12),
    code: 'CAPACITY_EXCEEDED',
  },
  { name: 'commit without reserve', call: ({ index }) => index.commit(), code: 'NO_RESERVATION' },
  {
    name: 'add with an unknown option',
    call: ({ index }) => index.add(query(), { progress: 1 }),
    code: 'INVALID_OPTION',
    names: 'progress',
  },
];

const BAD_EVALUATIONS: readonly (readonly [option: string, value: unknown, code: string])[] = [
  ['k', 0, 'INVALID_ARGUMENT'],
  ['k', 1.5, 'INVALID_ARGUMENT'],
  ['sample', 0, 'INVALID_ARGUMENT'],
  ['sample', -1, 'INVALID_ARGUMENT'],
  ['efSearch', 0, 'INVALID_ARGUMENT'],
  ['efSearch', [64, Number.NaN], 'INVALID_ARGUMENT'],
  ['efSearch', [], 'INVALID_ARGUMENT'],
  ['queries', new Float32Array(3), 'DIMENSION_MISMATCH'],
  ['queries', query(Number.NaN), 'NOT_FINITE'],
  ['ef', 10, 'INVALID_OPTION'],
];

const EVALUATE_INPUTS: readonly BadInput[] = BAD_EVALUATIONS.map(([option, value, code]) => ({
  name: `evaluate with ${option} ${Array.isArray(value) ? `[${value.join(', ')}]` : show(value)}`,
  call: ({ index }) => index.evaluate({ [option]: value }),
  code,
}));

/** Everything wrong with calls on an index. */
export const CALL_INPUTS: readonly BadInput[] = [
  ...K_INPUTS,
  ...SEARCH_OPTION_INPUTS,
  ...QUERY_INPUTS,
  ...BATCH_AND_ZERO_INPUTS,
  ...NODE_INPUTS,
  ...RESERVE_INPUTS,
  ...EVALUATE_INPUTS,
  ...REACH_INPUTS,
];
