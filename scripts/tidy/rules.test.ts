// Shows every tidy rule failing on a planted violation, and staying quiet on its nearest legal
// twin.
import { describe, expect, test } from 'vitest';
import { rules } from './rules.ts';
import { readSource } from './source.ts';

interface Case {
  readonly rule: string;
  readonly path: string;
  readonly bad: string;
  readonly good: string;
}

const CORE = 'packages/core/src';

const cases: readonly Case[] = [
  {
    rule: 'packages import only what lies below them',
    path: `${CORE}/index.ts`,
    bad: "import { exact } from '@nigh/testkit';",
    good: "import { exact } from './exact.ts';",
  },
  {
    rule: 'packages import only what lies below them',
    path: 'packages/testkit/src/recall.ts',
    bad: "import { VectorIndex } from '@nigh/core';",
    good: "import type { VectorIndex } from '@nigh/core';",
  },
  {
    rule: 'packages import only what lies below them',
    path: 'packages/cli/src/main.ts',
    bad: "export { VectorIndex } from '../../core/src/index.ts';",
    good: "export { VectorIndex } from '@nigh/core';",
  },
  {
    rule: 'packages import only what lies below them',
    path: 'packages/cli/src/demo.ts',
    bad: "const testkit = await import('@nigh/testkit');",
    good: "const core = await import('@nigh/core');",
  },
  {
    rule: 'the folders of core import only what lies below them',
    path: `${CORE}/hot/search.ts`,
    bad: "import {\n  view,\n} from '../memory/store.ts';",
    good: "import {\n  view,\n} from './machine.ts';",
  },
  {
    rule: 'the folders of core import only what lies below them',
    path: `${CORE}/memory/store.ts`,
    bad: "import { Engine } from '../engine/engine.ts';",
    good: "import { VectorIndexError } from '../errors.ts';",
  },
  {
    rule: 'the folders of core import only what lies below them',
    path: `${CORE}/build/build.ts`,
    bad: "import type { VectorIndex } from '../vector-index.ts';",
    good: "import type { Store } from '../memory/store.ts';",
  },
  {
    rule: 'the folders of collection import only what lies below them',
    path: 'packages/collection/src/contents/contents.ts',
    bad: "import type { LogRecord } from '../write/log-records.ts';",
    good: "import type { Batch } from '../document.ts';",
  },
  {
    rule: 'the folders of collection import only what lies below them',
    path: 'packages/collection/src/files/recovery.ts',
    bad: "import { Collection } from '../collection.ts';",
    good: "import { readDocuments } from '../write/log-records.ts';",
  },
  {
    rule: 'one file imports the worker pool',
    path: `${CORE}/vector-index.ts`,
    bad: "import { Piscina } from 'piscina';",
    good: "// Tasks go to piscina.\nimport { Pool } from './build/pool.ts';",
  },
  {
    rule: 'Node modules stay in the files about Node',
    path: `${CORE}/snapshot/read.ts`,
    bad: "import { open } from 'node:fs/promises';",
    good: "import { open } from './node-file.ts';",
  },
  {
    rule: 'few files touch the file system',
    path: 'packages/storage/src/store.ts',
    bad: "import { rename } from 'node:fs/promises';",
    good: "import type { FileSystem } from './file-system.ts';",
  },
  {
    rule: 'few files touch the file system',
    path: 'packages/formats/src/rows/jsonl.ts',
    bad: "import { open } from 'fs';",
    good: "import { extname } from 'node:path';",
  },
  {
    rule: 'collections reach files through storage',
    path: 'packages/collection/src/files/snapshot.ts',
    bad: 'const index = await VectorIndex.load(path);',
    good: 'const index = await VectorIndex.loadFrom(source);',
  },
  {
    rule: 'collections reach files through storage',
    path: 'packages/collection/src/files/snapshot.ts',
    bad: 'await index.save(path);',
    good: 'await index.saveTo(write);',
  },
  {
    rule: 'collections reach files through storage',
    path: 'packages/collection/src/search/search.ts',
    bad: "import { openRows } from '@nigh/formats';",
    good: "import { parseFilter } from '@nigh/filter';",
  },
  {
    rule: 'one file computes byte offsets',
    path: `${CORE}/memory/store.ts`,
    bad: 'const at = start * Float32Array.BYTES_PER_ELEMENT;',
    good: 'const at = layout.vectors;',
  },
  {
    rule: 'one file computes byte offsets',
    path: `${CORE}/snapshot/write.ts`,
    bad: 'const end = alignUp(start + 1, 64);',
    good: 'const end = region.end; // alignUp(start + 1, 64) happened in the layout',
  },
  {
    rule: 'all randomness is seeded and comes from one generator',
    path: 'benchmarks/macro/search.ts',
    bad: 'const draw = Math.random();',
    good: "const draw = random.next(); // not 'Math.random()'",
  },
  {
    rule: 'all randomness is seeded and comes from one generator',
    path: `${CORE}/build/sample.ts`,
    bad: 'state = (state + 0x6D2B79F5) | 0;',
    good: 'state = random.next();',
  },
  {
    rule: 'no file passes 500 lines',
    path: `${CORE}/index.ts`,
    bad: 'let a;\n'.repeat(501),
    good: 'let a;\n'.repeat(500),
  },
  {
    rule: 'no line passes 100 columns',
    path: `${CORE}/index.ts`,
    bad: `// ${'a'.repeat(98)}`,
    good: `// ${'a'.repeat(97)}`,
  },
  {
    rule: 'every file opens with a comment',
    path: `${CORE}/index.ts`,
    bad: '\nexport {};',
    good: '#!/usr/bin/env node\n// What lives here.\nexport {};',
  },
  ...[
    ['// TODO later', '// Done.'],
    ['// @ts-ignore', '// @ts-expect-error: the test wants a wrong type'],
    ["test.only('a', run);", "test('test.only(a)', run);"],
    ["describe.skip('a', run);", "describe.skipIf(!threads)('a', run);"],
    ['const a = b as any;', 'const a = b as unknown;'],
    ['function f(a: any): void {}', 'const a = { message: "any", kind: anyOf };'],
    ['const a: Array<any> = [];', 'const a = b < any1;'],
    ['Atomics.wait(words, 0, 0);', 'await Atomics.waitAsync(words, 0, 0).value;'],
  ].map(([bad = '', good = '']) => ({
    rule: 'no leftovers, no skipped tests, no escapes from the types',
    path: `${CORE}/index.ts`,
    bad,
    good,
  })),
  {
    rule: 'identifiers follow the glossary',
    path: 'packages/cli/src/demo.ts',
    bad: 'const topK = 10;',
    good: 'const k = peer.topK;',
  },
  {
    rule: 'identifiers follow the glossary',
    path: `${CORE}/index.ts`,
    bad: 'function add(embedding: Float32Array): void {}',
    good: "function add(vector: Float32Array): void {} // an 'embedding' elsewhere",
  },
];

describe('each tidy rule', () => {
  test.for(cases)('"$rule" refuses $bad in $path', ({ rule, path, bad, good }) => {
    expect(rules[rule]?.(readSource(path, bad))).toHaveLength(1);
    expect(rules[rule]?.(readSource(path, good))).toEqual([]);
  });

  test('has a planted violation', () => {
    expect(new Set(cases.map(({ rule }) => rule))).toEqual(new Set(Object.keys(rules)));
  });

  test('says the line of what it found', () => {
    const source = readSource(`${CORE}/index.ts`, "// A.\n\nimport {\n  a,\n} from 'piscina';\n");
    expect(rules['one file imports the worker pool']?.(source)[0]).toMatchObject({ line: 3 });
  });
});
