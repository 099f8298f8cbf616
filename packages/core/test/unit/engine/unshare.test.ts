// The modules for memory that is not shared are those for memory that is, but for one flag.

import { describe, expect, test } from 'vitest';
import { unshare } from '../../../src/engine/unshare.ts';
import { wasmBytes } from '../../../src/engine/wasm-bytes.ts';

const memoryOf = (shared: boolean): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: 1, maximum: 1, shared });

const start = (bytes: Uint8Array<ArrayBuffer>, shared: boolean): WebAssembly.Instance =>
  new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: memoryOf(shared) } });

describe.each(['relaxed', 'simd'] as const)('the module of the %s tier', (tier) => {
  const shared = wasmBytes(tier);
  const unshared = unshare(shared);

  test('takes memory that is not shared, and that only', () => {
    expect(() => start(shared, true)).not.toThrow();
    expect(() => start(shared, false)).toThrow(WebAssembly.LinkError);
    expect(() => start(unshared, false)).not.toThrow();
    expect(() => start(unshared, true)).toThrow(WebAssembly.LinkError);
  });

  test('has the functions it had', () => {
    const [before, after] = [shared, unshared].map((bytes) =>
      WebAssembly.Module.exports(new WebAssembly.Module(bytes)),
    );
    expect(after).toEqual(before);
  });

  test('differs in one bit, in a copy', () => {
    const differing = [...shared.keys()].filter((i) => shared[i] !== unshared[i]);
    expect(differing.map((i) => [shared[i], unshared[i]])).toEqual([[3, 1]]);
    expect(shared).toEqual(wasmBytes(tier));
  });
});

/** A module of sections, each with its number: [id, ...contents]. */
const moduleOf = (...sections: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    // Lengths in two bytes of LEB128, as some compilers write them.
    ...sections.flatMap(([id, ...rest]) => [
      id,
      (rest.length & 127) | 128,
      rest.length >> 7,
      ...rest,
    ]),
  ]);

const NAME = [1, 0x6d];
const IMPORT = [2, 1, ...NAME, ...NAME];
/** A section of the format's own, with what looks like an import inside. */
const CUSTOM = [0, 4, 0x6e, 0x61, 0x6d, 0x65, ...IMPORT, ...new Array(200).fill(3)];

describe('a module by hand', () => {
  test('is read section by section', () => {
    const bytes = moduleOf(CUSTOM, [...IMPORT, 2, 3, 1, 1]);
    expect(WebAssembly.validate(bytes)).toBe(true);
    const differing = [...bytes.keys()].filter((i) => bytes[i] !== unshare(bytes)[i]);
    expect(differing).toEqual([bytes.length - 3]);
  });

  test.each([
    ['no imports', []],
    ['memory that is not shared', [[...IMPORT, 2, 1, 1, 1]]],
    ['a global', [[...IMPORT, 3, 0x7f, 0]]],
    ['two memories', [[2, 2, ...NAME, ...NAME, 2, 3, 1, 1, ...NAME, ...NAME, 2, 3, 1, 1]]],
  ])('with %s is refused', (_name, sections) => {
    expect(() => unshare(moduleOf(...sections))).toThrow('one shared memory');
  });
});
