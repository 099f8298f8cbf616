// An index written to and read from functions of the caller's is the index of a file, byte for
// byte. What the functions throw reaches the caller as a typed error, and harms nobody.

import { describe, expect, test } from 'vitest';
import {
  type LoadFromOptions,
  type ReadableBytes,
  VectorIndex,
  VectorIndexError,
} from '../../../src/index.ts';
import { codeOf, QUICK, savedBytes, temporaryFolder } from './files.ts';
import { addUnlinked, testIndex } from './indexes.ts';

const folder = temporaryFolder();
const { originals: _file, ...quick } = QUICK;
const QUICKLY: LoadFromOptions = quick;

/** Bytes in pieces, as a caller's own file might keep them. */
class Pieces {
  readonly pieces: Uint8Array[] = [];
  #end = 0;

  async write(bytes: Uint8Array, position: number): Promise<void> {
    if (position !== this.#end) throw new Error(`a gap before ${position}`);
    await Promise.resolve(); // the bytes must stay as they are until this settles
    this.pieces.push(bytes.slice());
    this.#end += bytes.length;
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.pieces));
  }
}

async function written(index: VectorIndex): Promise<Uint8Array> {
  const pieces = new Pieces();
  await index.saveTo((bytes, position) => pieces.write(bytes, position));
  return pieces.bytes;
}

/** Readable bytes; `fails` may throw before a read. */
function readable(bytes: Uint8Array, fails: () => void = () => undefined): ReadableBytes {
  return {
    byteLength: bytes.length,
    async read(target, position) {
      fails();
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
  };
}

/** The error a promise is rejected with. */
async function errorOf(promise: Promise<unknown>): Promise<VectorIndexError> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof VectorIndexError) return error;
  throw error;
}

/** Numbered, with tombstones, partly linked; sealed; empty. */
const INDEXES: readonly (readonly [string, () => Promise<VectorIndex>])[] = [
  [
    'living',
    async () => {
      const index = await testIndex({ count: 60 }, { consolidateAt: 1 });
      index.remove([3, 44]);
      await index.update(9, [[1, 2]]);
      await addUnlinked(index, Float32Array.of(1, 2, 3, 4));
      return index;
    },
  ],
  [
    'sealed',
    async () => {
      const index = await testIndex({ count: 40 }, { precision: 'int8' });
      return VectorIndex.merge([index]);
    },
  ],
  ['empty', async () => VectorIndex.create({ dimension: 3, capacity: 4, threads: 1 })],
];

describe('what is saved to functions', () => {
  test.each(INDEXES)('is what a file gets, and is read as that: %s', async (_name, make) => {
    const index = await make();
    const bytes = await written(index);
    expect(bytes).toEqual(await savedBytes(index, folder));
    const loaded = await VectorIndex.loadFrom(readable(bytes), QUICKLY);
    expect(loaded.verify()).toEqual([]);
    expect(await written(loaded)).toEqual(bytes);
    expect([...loaded]).toEqual([...index]);
    await Promise.all([index.close(), loaded.close()]);
  });

  test('is that of a snapshot, whatever is written meanwhile', async () => {
    const index = await testIndex({ count: 30 });
    const before = await written(index);
    const snapshot = await index.snapshot();
    const pieces = new Pieces();
    await snapshot.saveTo(async (bytes, position) => {
      if (position === 0) await index.add([[1, 2]]);
      await pieces.write(bytes, position);
    });
    expect(pieces.bytes).toEqual(before);
    expect(index.count).toBe(31);
    await Promise.all([snapshot.close(), index.close()]);
  });

  test('is of the moment the turn of the save came', async () => {
    const index = await testIndex({ count: 30 });
    const before = await written(index);
    const pieces = new Pieces();
    await index.saveTo(async (bytes, position) => {
      if (position === 0) index.remove(5);
      await pieces.write(bytes, position);
    });
    expect(pieces.bytes).toEqual(before);
    expect(index.has(5)).toBe(false);
    await index.close();
  });

  test('comes with progress up to all of it', async () => {
    const index = await testIndex({ count: 30 });
    const steps: number[][] = [];
    const pieces = new Pieces();
    await index.saveTo((bytes, position) => pieces.write(bytes, position), {
      onProgress: ({ done, total }) => steps.push([done, total]),
    });
    expect(steps.at(-1)).toEqual([pieces.bytes.length, pieces.bytes.length]);
    await index.close();
  });
});

describe('a write that throws', () => {
  const causes = [new Error('full'), 'text', undefined, null, { code: 'ENOSPC' }];
  test.each(causes)('ends the save with FILE_FAILED and its cause: %s', async (cause) => {
    const index = await testIndex({ count: 30 });
    const good = await written(index);
    for (const failing of [0, 1, 4]) {
      let writes = 0;
      const write = async (): Promise<void> => {
        if (writes++ === failing) throw cause;
      };
      const error = await errorOf(index.saveTo(write, { name: 'segment 7' }));
      expect(error.code).toBe('FILE_FAILED');
      expect(error.cause).toBe(cause);
      expect(error.message).toContain('segment 7');
      expect(writes).toBe(failing + 1);
    }
    expect(await written(index)).toEqual(good);
    await index.close();
  });

  test('may throw in the call, and its code is told', async () => {
    const index = await testIndex({ count: 30 });
    const error = await errorOf(
      index.saveTo(() => {
        throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      }),
    );
    expect(error.code).toBe('FILE_FAILED');
    expect(error.details).toMatchObject({ path: 'the index', errno: 'ENOSPC' });
    await index.close();
  });

  test('ends a save that was aborted as ABORTED', async () => {
    const index = await testIndex({ count: 30 });
    const abort = new AbortController();
    const write = async (): Promise<void> => abort.abort();
    expect((await errorOf(index.saveTo(write, { signal: abort.signal }))).code).toBe('ABORTED');
    await index.close();
  });
});

describe('reading', () => {
  test('that throws ends the load with FILE_FAILED and its cause, at any read', async () => {
    const index = await testIndex({ count: 30 });
    const bytes = await written(index);
    const cause = new Error('gone');
    let last = '';
    for (let failing = 0; last !== 'loaded'; failing++) {
      let reads = 0;
      const source = readable(bytes, () => {
        if (reads++ >= failing) throw cause;
      });
      const outcome = await VectorIndex.loadFrom(source, { ...QUICKLY, name: 'segment 7' }).then(
        (loaded) => loaded.close().then(() => 'loaded'),
        (error) => `${codeOf(error)} ${error.cause === cause} ${/segment 7/.test(error.message)}`,
      );
      if (outcome !== 'loaded') expect(outcome).toBe('FILE_FAILED true true');
      last = outcome;
    }
    await index.close();
  });

  test('finds what is cut off or flipped, and names the index', async () => {
    const index = await testIndex({ count: 20 });
    const bytes = await written(index);
    const outcomes = new Set<string>();
    for (let length = 0; length < bytes.length; length += 13) {
      const flipped = bytes.slice();
      flipped[length] ^= 16;
      // The last is one whose length says nothing of what is missing.
      const short = { ...readable(bytes.subarray(0, length)), byteLength: bytes.length };
      for (const source of [readable(bytes.subarray(0, length)), readable(flipped), short]) {
        const error = await errorOf(VectorIndex.loadFrom(source, QUICKLY));
        outcomes.add(`${error.code} ${error.message.startsWith('the index ')}`);
      }
    }
    outcomes.delete('SNAPSHOT_UNSUPPORTED true'); // where the version was flipped
    expect([...outcomes]).toEqual(['SNAPSHOT_CORRUPT true']);
    await index.close();
  });

  test('takes the options of a load, but leaves no vectors where they are', async () => {
    const index = await testIndex({ count: 20 });
    const bytes = await written(index);
    const bare = await VectorIndex.loadFrom(readable(bytes), { originals: 'none', threads: 1 });
    expect((await errorOf(bare.add([[1, 2]]))).code).toBe('READ_ONLY');
    const file = { originals: 'file' } as unknown as LoadFromOptions;
    const refused = await errorOf(VectorIndex.loadFrom(readable(bytes), file));
    expect([refused.code, refused.details.name]).toEqual(['INVALID_OPTION', 'originals']);
    await Promise.all([index.close(), bare.close()]);
  });
});

test('bad arguments are refused before anything is written or read', async () => {
  const index = await testIndex({ count: 20 });
  const source = readable(await written(index));
  const never = async (): Promise<void> => {
    throw new Error('it was called');
  };
  const attached = VectorIndex.attach(index.share());
  const cases: [Promise<unknown>, string][] = [
    [index.saveTo(undefined as never), 'INVALID_ARGUMENT'],
    [index.saveTo('path' as never), 'INVALID_ARGUMENT'],
    [index.saveTo(never, { name: '' }), 'INVALID_OPTION'],
    [index.saveTo(never, { names: 'x' } as object), 'INVALID_OPTION'],
    [attached.saveTo(never), 'READ_ONLY'],
    [VectorIndex.loadFrom(undefined as never), 'INVALID_ARGUMENT'],
    [VectorIndex.loadFrom({ byteLength: 3 } as never), 'INVALID_ARGUMENT'],
    [VectorIndex.loadFrom({ ...source, byteLength: -1 }), 'INVALID_ARGUMENT'],
    [VectorIndex.loadFrom({ ...source, byteLength: '9' } as never), 'INVALID_ARGUMENT'],
    [VectorIndex.loadFrom(source, { name: 3 } as never), 'INVALID_OPTION'],
    [VectorIndex.loadFrom(source, { threads: 0 }), 'INVALID_OPTION'],
  ];
  for (const [promise, code] of cases) expect((await errorOf(promise)).code).toBe(code);
  await attached.close();
  await index.close();
  expect((await errorOf(index.saveTo(never))).code).toBe('CLOSED');
});
