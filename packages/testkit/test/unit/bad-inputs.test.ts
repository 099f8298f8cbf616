import { describe, expect, test } from 'vitest';
import { BAD_INPUTS, type BadInput, type BadInputTarget } from '../../src/bad-inputs.ts';

/** A target that takes anything and remembers what it was called with. */
function recordingTarget(calls: unknown[][]): BadInputTarget {
  const record =
    (method: string) =>
    (...values: unknown[]): Promise<void> => {
      calls.push([method, ...values]);
      return Promise.resolve();
    };
  const index = {
    count: 5,
    add: record('add'),
    reserve: record('reserve'),
    commit: record('commit'),
    update: record('update'),
    remove: record('remove'),
    link: record('link'),
    consolidate: record('consolidate'),
    has: record('has'),
    search: record('search'),
    searchBatch: record('searchBatch'),
    searchNode: record('searchNode'),
    searchRange: record('searchRange'),
    getVector: record('getVector'),
    calibrate: record('calibrate'),
    evaluate: record('evaluate'),
    save: record('save'),
  };
  const VectorIndex = { create: record('create'), build: record('build'), load: record('load') };
  return { index, cosine: index, VectorIndex, folder: '' };
}

function withoutFiles(input: BadInput): boolean {
  return input.name !== 'load an empty file';
}

describe('the table of bad inputs', () => {
  test('gives every entry a name of its own', () => {
    expect(new Set(BAD_INPUTS.map(({ name }) => name)).size).toBe(BAD_INPUTS.length);
  });

  test('makes exactly one call per entry and leaves the data as new for the next', () => {
    const inputs = BAD_INPUTS.filter(withoutFiles);
    const first: unknown[][] = [];
    const second: unknown[][] = [];
    for (const { call } of inputs) call(recordingTarget(first));
    for (const { call } of inputs) call(recordingTarget(second));
    expect(first.length).toBe(inputs.length);
    expect(second.map(([method]) => method)).toEqual(first.map(([method]) => method));
  });

  test('tries every method', () => {
    const calls: unknown[][] = [];
    for (const { call } of BAD_INPUTS.filter(withoutFiles)) call(recordingTarget(calls));
    const methods = new Set(calls.map(([method]) => method));
    expect([...methods].sort()).toEqual([
      'add',
      'build',
      'calibrate',
      'commit',
      'consolidate',
      'create',
      'evaluate',
      'getVector',
      'has',
      'link',
      'load',
      'remove',
      'reserve',
      'save',
      'search',
      'searchBatch',
      'searchNode',
      'searchRange',
      'update',
    ]);
  });

  test('puts a wrong number in the row it says', () => {
    const inputs = BAD_INPUTS.filter(
      ({ code, name }) => code === 'NOT_FINITE' && /^add /.test(name),
    );
    const rows = inputs.map(({ call }) => {
      const calls: unknown[][] = [];
      call(recordingTarget(calls));
      const flat = Float32Array.from(Array.from(calls[0][1] as number[]).flat());
      return Math.floor(flat.findIndex((value) => !Number.isFinite(value)) / 4);
    });
    expect(rows).toEqual(inputs.map(({ row }) => row));
    expect(rows.length).toBeGreaterThan(5);
  });

  test('detaches what it calls detached', () => {
    const detached = BAD_INPUTS.filter(({ name }) => name.includes('detached'));
    const calls: unknown[][] = [];
    for (const { call } of detached) call(recordingTarget(calls));
    expect(calls.map(([, value]) => (value as Float32Array).buffer.byteLength)).toEqual([
      0, 0, 0, 0,
    ]);
  });
});
