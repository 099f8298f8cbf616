/**
 * Bad calls that would change an index: remove, update, consolidate, link, rebuild.
 * A newcomer would let an empty list of nodes be an error: it is a list of nothing, and does
 * nothing.
 */
import { type BadInput, type BadInputTarget, show } from './target.ts';

// Decisions: a node that is no whole number from 0 on, and a list that names one twice, is
// INVALID_ARGUMENT; one that was never added NODE_NOT_FOUND, also among others that were. Nodes are
// looked at before vectors, numbers of vectors before their components, those before what the index
// holds. An unknown or bad option is INVALID_OPTION.

const GOOD = [1, 2, 3, 4];
const NEVER_ADDED = 1_000_000;

const BAD_NODES: readonly (readonly [name: string, nodes: unknown])[] = [
  ...[-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '0', undefined, null, true].map(
    (node) => [show(node), node] as const,
  ),
  ['an object', { length: 1, 0: 0 }],
  ['a DataView', new DataView(new ArrayBuffer(4))],
  ['[0, -1]', [0, -1]],
  ["[0, '1']", [0, '1']],
  ['[0, NaN]', [0, Number.NaN]],
  ['a list with a hole', Object.assign(new Array(2), { 1: 0 })],
  ['[3, 1, 3]', [3, 1, 3]],
  ['a Float32Array with 0.5', Float32Array.of(0, 0.5)],
  ['a Uint32Array with 7 twice', Uint32Array.of(7, 8, 7)],
];

const UNKNOWN_NODES: readonly (readonly [name: string, nodes: number | number[]])[] = [
  ['a node that was never added', NEVER_ADDED],
  ['nodes of which the last was never added', [0, 1, NEVER_ADDED]],
];

const NODE_INPUTS: readonly BadInput[] = [
  ...BAD_NODES.flatMap(([name, nodes]) => [
    {
      name: `remove of ${name}`,
      call: ({ index }: BadInputTarget) => index.remove(nodes),
      code: 'INVALID_ARGUMENT',
    },
    {
      name: `update of ${name}`,
      call: ({ index }: BadInputTarget) => index.update(nodes, [GOOD]),
      code: 'INVALID_ARGUMENT',
    },
  ]),
  ...UNKNOWN_NODES.flatMap(([name, nodes]) => [
    {
      name: `remove of ${name}`,
      call: ({ index }: BadInputTarget) => index.remove(nodes),
      ...{ code: 'NODE_NOT_FOUND', names: String(NEVER_ADDED) },
    },
    {
      name: `update of ${name}`,
      call: ({ index }: BadInputTarget) =>
        index.update(nodes, Array(Array.isArray(nodes) ? nodes.length : 1).fill(GOOD)),
      ...{ code: 'NODE_NOT_FOUND', names: String(NEVER_ADDED) },
    },
  ]),
  ...[-1, 1.5, Number.NaN, '0', undefined].map((node) => ({
    name: `has of ${show(node)}`,
    call: ({ index }: BadInputTarget) => index.has(node),
    code: 'INVALID_ARGUMENT',
  })),
  {
    name: 'searchNode of a node that was never added',
    call: ({ index }) => index.searchNode(NEVER_ADDED, 3),
    ...{ code: 'NODE_NOT_FOUND', names: String(NEVER_ADDED) },
  },
];

const UPDATE_INPUTS: readonly BadInput[] = [
  {
    name: 'update with fewer vectors than nodes',
    call: ({ index }) => index.update([0, 1], [GOOD]),
    ...{ code: 'INVALID_ARGUMENT', names: '2' },
  },
  {
    name: 'update with more vectors than nodes',
    call: ({ index }) => index.update(0, [GOOD, GOOD]),
    ...{ code: 'INVALID_ARGUMENT', names: '1' },
  },
  {
    name: 'update with a second row that is too short',
    call: ({ index }) => index.update([0, 1], [GOOD, [1, 2]]),
    ...{ code: 'INVALID_VECTORS', row: 1 },
  },
  {
    name: 'update with half a vector',
    call: ({ index }) => index.update([0, 1], new Float32Array(6)),
    code: 'DIMENSION_MISMATCH',
  },
  {
    name: 'update with NaN in the second row',
    call: ({ index }) => index.update([0, 1], [GOOD, [1, 2, Number.NaN, 4]]),
    ...{ code: 'NOT_FINITE', row: 1 },
  },
  {
    name: 'update with a component whose square overflows',
    call: ({ index }) => index.update(0, [[1, 1e30, 2, 3]]),
    ...{ code: 'VALUE_TOO_LARGE', row: 0 },
  },
  {
    name: 'update under cosine with a zero vector',
    call: ({ cosine }) => cosine.update([0, 1], [GOOD, [0, 0, 0, 0]]),
    ...{ code: 'ZERO_VECTOR', row: 1 },
  },
  {
    name: 'update with vectors that are none',
    call: ({ index }) => index.update(0, 'vectors'),
    code: 'INVALID_VECTORS',
  },
  {
    name: 'update that was aborted before it began',
    call: ({ index }) => index.update(0, [GOOD], { signal: AbortSignal.abort() }),
    code: 'ABORTED',
  },
];

const BAD_OPTIONS: readonly (readonly [option: string, value: unknown])[] = [
  ['rebuild', 'always'],
  ['rebuild', true],
  ['rebuild', null],
  ['rebuilds', 'never'],
  ['onProgress', 1],
  ['signal', {}],
];

/** The calls that take options of writes. */
const WRITES: Readonly<Record<string, (target: BadInputTarget, options: unknown) => unknown>> = {
  add: ({ index }, options) => index.add([GOOD], options),
  commit: ({ index }, options) => index.commit(options),
  update: ({ index }, options) => index.update(0, [GOOD], options),
  link: ({ index }, options) => index.link(options),
};

const OPTION_INPUTS: readonly BadInput[] = [
  ...Object.entries(WRITES).flatMap(([name, write]) =>
    BAD_OPTIONS.map(([option, value]) => ({
      name: `${name} with ${option} ${show(value)}`,
      call: (target: BadInputTarget) => write(target, { [option]: value }),
      ...{ code: 'INVALID_OPTION', names: option },
    })),
  ),
  ...['rebuild', 'share', 'at'].map((option) => ({
    name: `consolidate with unknown option ${option}`,
    call: ({ index }: BadInputTarget) => index.consolidate({ [option]: 'now' }),
    ...{ code: 'INVALID_OPTION', names: option },
  })),
  ...[0, -0.1, 1.01, Number.NaN, '0.1', null].map((consolidateAt) => ({
    name: `create with consolidateAt ${show(consolidateAt)}`,
    call: ({ VectorIndex }: BadInputTarget) => VectorIndex.create({ dimension: 4, consolidateAt }),
    ...{ code: 'INVALID_OPTION', names: 'consolidateAt' },
  })),
];

/** Everything wrong with what would change an index. */
export const WRITE_INPUTS: readonly BadInput[] = [
  ...NODE_INPUTS,
  ...UPDATE_INPUTS,
  ...OPTION_INPUTS,
];
