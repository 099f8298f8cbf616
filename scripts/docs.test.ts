// Holds what the documents say against the code: tables of errors, options, bytes and words, versions,
// lists. What they show is run by docs-blocks.test.ts.
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TABLE_NAMES } from '../benchmarks/tables/render.ts';
import { CollectionErrorCode } from '../packages/collection/src/errors.ts';
import { ErrorCode } from '../packages/core/src/errors.ts';
import * as fields from '../packages/core/src/hot/fields.ts';
import { VectorIndex } from '../packages/core/src/index.ts';
import * as control from '../packages/core/src/memory/control-words.ts';
import {
  computeLayout,
  GROWING,
  SAVED_REGIONS,
  usedWords,
} from '../packages/core/src/memory/layout.ts';
import {
  defaultFlatThreshold,
  INDEX_OPTION_NAMES,
  keptOf,
  resolveOptions,
} from '../packages/core/src/options.ts';
import { readEffort } from '../packages/core/src/search/search-options.ts';
import { FORMAT_VERSION } from '../packages/core/src/snapshot/format.ts';
import { FilterErrorCode } from '../packages/filter/src/errors.ts';
import { FIELD_TYPES } from '../packages/filter/src/fields.ts';
import { parseFilter } from '../packages/filter/src/parse.ts';
import { FormatErrorCode } from '../packages/formats/src/errors.ts';
import { rowEndings } from '../packages/formats/src/rows/open-rows.ts';
import { vectorEndings } from '../packages/formats/src/vectors/open-vector-file.ts';
import { StorageErrorCode } from '../packages/storage/src/errors.ts';
import { TextErrorCode } from '../packages/text/src/errors.ts';
import { LANGUAGES } from '../packages/text/src/languages.ts';
import { readTextOptions } from '../packages/text/src/options.ts';
import { isGenerated, numberIn, readDocument, tableRows } from './docs/markdown.ts';
import { documentAt, documents, root } from './docs/repository.ts';
import { CORE_GZIPPED_LIMIT } from './packages/size.ts';

describe('the error tables', () => {
  const sections = documentAt('docs/design/errors.md').text.split(/^## /m);
  const classes = {
    VectorIndexError: ErrorCode,
    CollectionError: CollectionErrorCode,
    FilterError: FilterErrorCode,
    TextError: TextErrorCode,
    StorageError: StorageErrorCode,
    FormatError: FormatErrorCode,
  };

  test.for(Object.entries(classes))('list the codes of %s as the code does', ([name, codes]) => {
    const section = sections.find((text) => text.startsWith(`${name}\n`)) ?? '';
    const rows = tableRows(readDocument(name, section), 'code', 'when');
    const listed = rows.map(({ cells }) => cells[0]);
    expect(listed).toEqual(Object.values(codes).map((code) => `\`${code}\``));
  });

  test('know every package that has codes', () => {
    const packages = readdirSync(join(root, 'packages'));
    const sources = packages.map((name) => join(root, 'packages', name, 'src/errors.ts'));
    const named = sources
      .filter((path) => existsSync(path))
      .flatMap((path) => readFileSync(path, 'utf8').match(/(?<=export class )\w+/g) ?? []);
    expect(named.sort()).toEqual(Object.keys(classes).sort());
  });
});

/** What has to be said besides, for all values of an option to make sense. */
const COMPANIONS: Readonly<Record<string, object>> = {
  precision: { allowLowDimension: true },
  originals: { precision: 'int8' },
  rerank: { precision: 'int8', originals: 'memory' },
  subspaces: { precision: 'pq' },
};

/** A choice of a table as a value. */
function choiceOf(cell: string): unknown {
  const plain = cell.replaceAll('`', '');
  if (plain === 'true' || plain === 'false') return plain === 'true';
  return plain.replace(/^'(.*)'$/, '$1');
}

/** True when the index, or for efSearch a search, takes this value. */
function isAccepted(name: string, value: unknown): boolean {
  try {
    if (name === 'efSearch') readEffort({ efSearch: value });
    else resolveOptions({ dimension: 8, ...COMPANIONS[name], [name]: value });
    return true;
  } catch {
    return false;
  }
}

/** The default as the code has it; undefined where it depends on something. */
function defaultOf(name: string): unknown {
  if (name === 'efSearch') return readEffort({}).efSearch;
  const resolved: Readonly<Record<string, unknown>> = { ...resolveOptions({ dimension: 8 }) };
  return resolved[name];
}

describe('the tables of options', () => {
  const dependent: Readonly<Record<string, string>> = {
    dimension: 'required',
    subspaces: 'by dimension',
    allowLowDimension: 'no',
    threads: 'cores',
    flatThreshold: 'by dimension',
    tier: 'fastest',
    memory: 'by runtime',
  };
  const rows = documents.flatMap((document) =>
    tableRows(document, 'option', 'default', 'range').map(({ cells: [name = '', ...rest] }) => ({
      path: document.path,
      name: name.replaceAll('`', ''),
      value: rest[0] ?? '',
      range: rest[1] ?? '',
    })),
  );

  test('name every option', () => {
    const guide = rows.filter(({ path }) => path === 'docs/guide/choosing-parameters.md');
    expect(guide.map(({ name }) => name).sort()).toEqual(
      [...INDEX_OPTION_NAMES, 'efSearch'].sort(),
    );
  });

  test.for(rows)('$path says what $name is', ({ name, value, range }) => {
    const plain = value.replace(/^`'(.*)'`$/, '$1');
    const number = numberIn(plain);
    const expected = dependent[name] ?? defaultOf(name);
    expect(Number.isNaN(number) ? plain : number).toBe(expected);
    const [least = '', most] = range.split(' to ');
    if (most === undefined) {
      const choices = range.split(', ').map(choiceOf);
      for (const choice of choices) expect(isAccepted(name, choice)).toBe(true);
      return;
    }
    const isOpen = least.startsWith('above ');
    const min = numberIn(least.replace('above ', ''));
    const max = most === 'dimension' ? 8 : numberIn(most);
    const around = [min - 1, min, max, max + 1].map((limit) => isAccepted(name, limit));
    expect(around).toEqual([false, !isOpen, true, false]);
    expect(isAccepted(name, isOpen ? min + max / 1000 : min)).toBe(true);
  });

  test.for(['README.md', 'docs/guide/choosing-parameters.md'])(
    '%s knows the thresholds',
    (path) => {
      const { prose } = documentAt(path);
      const phrases = prose.match(/[\d,]+\s+vectors of \d+ components(?:, [\d,]+ of \d+)+/g) ?? [];
      const stated = phrases.flatMap((phrase) => [
        ...phrase.matchAll(/([\d,]+)(?:\s+vectors)? of (\d+)/g),
      ]);
      const thresholds = stated.map(([, threshold]) => numberIn(threshold ?? ''));
      expect(thresholds.length).toBeGreaterThan(1);
      expect(thresholds).toEqual(
        stated.map(([, , dimension]) => defaultFlatThreshold(Number(dimension))),
      );
    },
  );
});

describe('the arithmetic of memory', () => {
  const COUNT = 15_000_000;
  /** What a segment has once, however many vectors it holds. */
  const ONCE: ReadonlySet<string> = new Set(['means', 'rotation', 'centroids', 'entryPoints']);

  /** Of a growing segment, or of one that keeps what these options say; centroids aside. */
  function bytesPerVector(dimension: number, options?: object): number {
    const M = 16;
    const blocks = { scratchCount: 1, benchCount: 1 };
    const resolved = resolveOptions({ dimension, allowLowDimension: true, ...options });
    const kept = options ? { ...GROWING, ...resolved, ...keptOf(resolved), sealed: true } : GROWING;
    const sizes = { dimension, metric: 'l2', M, capacity: COUNT, ...blocks } as const;
    const shape = { ...kept, ...sizes };
    const layout = computeLayout(shape);
    const upperCount = COUNT / (M - 1);
    const graph = { upperCount, copyCount: 0, hubCount: 0, rotated: false, numbered: false };
    const used = { count: COUNT, linked: COUNT, ...graph };
    const words = SAVED_REGIONS.filter((name) => !ONCE.has(name))
      .map((name) => usedWords(layout, name, used))
      .reduce((sum, length) => sum + length, 0);
    return Math.round((4 * words) / COUNT);
  }

  test('is what the README says', () => {
    const { prose } = documentAt('README.md');
    const said = /With (\d+) components and `M` 16 that is ([\d,]+) bytes/.exec(prose);
    expect(numberIn(said?.[2] ?? '')).toBe(bytesPerVector(Number(said?.[1])));
    const others = /'float16'` it is (\d+), with `'int8'` (\d+)/.exec(prose);
    const [halved, coded] = ['float16', 'int8'].map((precision) =>
      bytesPerVector(Number(said?.[1]), { precision }),
    );
    expect([Number(others?.[1]), Number(others?.[2])]).toEqual([halved, coded]);
  });

  const columns = {
    float32: {},
    float16: { precision: 'float16' },
    int8: { precision: 'int8' },
    'binary, memory': { precision: 'binary' },
    'binary, none': { precision: 'binary', originals: 'none' },
    'pq, memory': { precision: 'pq' },
    'pq, none': { precision: 'pq', originals: 'none' },
  };
  const precisions = tableRows(
    documentAt('docs/guide/memory-and-precision.md'),
    'components',
    ...Object.keys(columns),
  );
  test.for(precisions)('is what the guide says of each precision: $cells', ({ cells }) => {
    const [dimension = 0, ...bytes] = cells.map(numberIn);
    const kept = Object.values(columns);
    expect(bytes).toEqual(kept.map((options) => bytesPerVector(dimension, options)));
  });

  const rows = tableRows(
    documentAt('docs/guide/choosing-parameters.md'),
    'dimension',
    'bytes per vector',
  );
  test.for(rows)('is what the guide says: $cells', async ({ cells }) => {
    const [dimension = 0, bytes, most] = cells.map(numberIn);
    expect(bytes).toBe(bytesPerVector(dimension));
    const index = VectorIndex.create({ dimension, capacity: 1, threads: 8 });
    const { available } = index;
    await index.close();
    expect(most).toBe(available);
  });
});

/** Constants beside the words of the header: what some of them may hold, and sizes. */
const VALUES: ReadonlySet<string> = new Set([
  ...['INT8_CODES', 'BINARY_CODES', 'PRODUCT_CODES', 'FINE_CODES'],
  ...['FLOAT32_VECTORS', 'FLOAT16_VECTORS', 'NO_VECTORS'],
  ...['ROTATION_STAGES', 'CENTROID_COUNT', 'CENTROID_GROUP', 'BINARY_FACTORS', 'QUERY_PLANES'],
]);

test('the words of the header are those of the code', () => {
  const source = readFileSync(join(root, 'packages/core/src/hot/fields.ts'), 'utf8');
  const header = source.slice(0, source.indexOf('export const MAX_SCRATCH_COUNT'));
  const constants = [...header.matchAll(/export const (\w+): i32/g)];
  const names = constants.map((match) => match[1] ?? '').filter((name) => !VALUES.has(name));
  names.push('QUERY_CODE_WORD', 'VISITED_WORD', 'COLUMN_WORD', 'CURVES');
  const numbers: Readonly<Record<string, number>> = { ...fields };
  names.sort((a, b) => numbers[a] - numbers[b]);
  const layout = documentAt('docs/design/memory-layout.md');
  const rows = tableRows(layout, 'word', 'name', 'holds').map(({ cells }) => cells.slice(0, 2));
  expect(rows).toEqual(names.map((name) => [String(numbers[name]), `\`${name}\``]));
  const { POOL, RESULTS, GATHERED, DISTANCES, SELECTED, QUERY } = fields;
  for (const word of [POOL, RESULTS, GATHERED, DISTANCES, SELECTED, QUERY]) {
    expect(layout.text).toMatch(new RegExp(`^ word 0 .*\\b${word}\\b`, 'm'));
  }
});

test('the words of the control block are those of the code', () => {
  const { CONTROL_WORDS, ...words } = control;
  const layout = documentAt('docs/design/memory-layout.md');
  const rows = tableRows(layout, 'control word', 'name').map(({ cells }) => cells.slice(0, 2));
  const named = Object.entries(words).sort(([, a], [, b]) => a - b);
  expect(rows).toEqual(named.map(([name, word]) => [String(word), `\`${name}\``]));
  expect(layout.text).toContain(`a block of its own, ${CONTROL_WORDS} words`);
});

/** Installed, or built. */
const isForeign = (name: string): boolean => /(?:^|\/)(?:node_modules|dist)$/.test(name);

/** Words of public names that mean what they mean everywhere. */
const PLAIN: ReadonlySet<string> = new Set([
  ...['nigh', 'details', 'detail', 'message', 'cause', 'expected', 'got', 'path', 'settings'],
  ...['allocate', 'assert', 'boolean', 'choice', 'describe', 'named', 'turn', 'unpredictable'],
  ...['view', 'default', 'uniform', 'depth', 'zip', 'reader', 'writer', 'readable', 'resolved'],
  ...['signal', 'second', 'total', 'channel', 'constructor', 'create', 'close', 'format', 'system'],
  ...['extend', 'push', 'intern', 'initialize', 'resolve', 'rename', 'make', 'release', 'tokenize'],
  // Of codes of errors, which the design page on errors explains.
  ...[
    'invalid',
    'argument',
    'mismatch',
    'finite',
    'too',
    'zero',
    'exceeded',
    'unsupported',
    'deep',
  ],
  ...['runtime', 'busy', 'outdated', 'closed', 'aborted', 'failed', 'failure', 'wrong', 'unknown'],
  ...['unreadable', 'empty', 'dropped', 'exists'],
  // Operators and constants by the names that others gave them.
  ...['lt', 'lte', 'nin', 'k1'],
]);

test('the glossary knows the words of public names', () => {
  const glossary = documentAt('docs/glossary.md').text.toLowerCase();
  const isKnown = (word: string): boolean =>
    new RegExp(`(?:\\b|ef)${word.replace(/ies$/, 'y').replace(/s$/, '')}`).test(glossary);
  const pages = documents.filter(isGenerated).map(({ text }) => text);
  const named = /\[`(\w+)`\]|^\| `(\w+)\??` \||^###(?:##)? (\w+)(?:\(\))?\??$/gm;
  const names = pages.flatMap((text) =>
    [...text.matchAll(named)].map(([, a, b, c]) => a ?? b ?? c),
  );
  const spaced = names.map((name = '') => name.replace(/([a-z0-9])(?=[A-Z])|_/g, '$1 '));
  const words = new Set(spaced.flatMap((name) => name.toLowerCase().split(' ')));
  expect(words.size).toBeGreaterThan(200);
  expect([...words].filter((word) => !PLAIN.has(word) && !isKnown(word)).sort()).toEqual([]);
});

test('the files that documents name are there', () => {
  const folders = ['packages', 'scripts', 'benchmarks', 'docs'].map((name) => join(root, name));
  const files = folders.flatMap((folder) =>
    globSync('**/*.{ts,mjs,json}', { cwd: folder, exclude: isForeign }),
  );
  const named = /`([\w./@-]+\.(?:ts|mjs|json))`/g;
  const isThere = (name: string): boolean =>
    existsSync(join(root, name)) || files.some((file) => `/${file}`.endsWith(`/${name}`));
  const lost = documents.flatMap(({ path, prose }) => {
    const names = [...prose.matchAll(named)].map((match) => match[1] ?? '');
    // How to name a test is said by example.
    const wanted = names.filter((name) => path !== 'CONTRIBUTING.md' || !name.endsWith('.test.ts'));
    return wanted.filter((name) => !isThere(name)).map((name) => `${path}: ${name}`);
  });
  expect(lost).toEqual([]);
});

test('the guide on building lists the phases, in their order', async () => {
  const dimension = 16;
  const vectors = (count: number): Float32Array =>
    Float32Array.from({ length: count * dimension }, (_, i) => (43_758 * Math.sin(i)) % 1);
  async function* blocks(): AsyncGenerator<Float32Array> {
    yield vectors(1_100);
  }
  const guide = documentAt('docs/guide/parallel-build.md');
  const phases = tableRows(guide, 'phase').map(({ cells }) => cells[0]?.replaceAll('`', '') ?? '');
  const seen = new Set<string>();
  const options = { dimension, threads: 1, flatThreshold: 0 } as const;
  const onProgress = ({ phase }: { phase: string }): void => {
    seen.add(phase);
  };
  const kept = { precision: 'pq', quality: 'high' } as const;
  const large = await VectorIndex.build(blocks(), { ...options, ...kept, onProgress });
  expect([...seen]).toEqual(phases.filter((phase) => seen.has(phase)));
  const small = await VectorIndex.build(vectors(100), { ...options, onProgress });
  await small.add(vectors(100), { rebuild: 'now', onProgress });
  expect([...seen].sort()).toEqual(phases.sort());
  await large.close();
  await small.close();
});

test('the format version is the one that is written', () => {
  for (const path of ['README.md', 'docs/design/persistence-format.md']) {
    const versions = [...documentAt(path).prose.matchAll(/[Ff]ormat version (\d+)/g)];
    expect(new Set(versions.map((match) => Number(match[1])))).toEqual(new Set([FORMAT_VERSION]));
  }
});

test('the benchmarks show every table there is', () => {
  const { text } = documentAt('docs/benchmarks.md');
  const shown = [...text.matchAll(/<!-- table:([a-z-]+) -->/g)].map((match) => match[1]);
  expect(shown.sort()).toEqual([...TABLE_NAMES].sort());
});

/** Words in backticks of a text. */
const quoted = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

describe('the guides on collections', () => {
  const filters = documentAt('docs/guide/metadata-filters.md');
  const texts = documentAt('docs/guide/text-search.md');

  test('list the types of fields', () => {
    const types = tableRows(filters, 'type', 'values').map(({ cells }) => cells[0]);
    expect(types).toEqual(FIELD_TYPES.map((type) => `\`${type}\``));
  });

  test('list the operators', () => {
    const cells = tableRows(filters, 'operator').flatMap((row) => quoted(row.cells[0] ?? ''));
    const operators = cells.filter((cell) => cell.startsWith('$'));
    expect(operators).toHaveLength(10);
    const operands: Record<string, unknown> = {
      $in: [1],
      $nin: [1],
      $exists: true,
      $not: { $gt: 1 },
    };
    for (const operator of operators) {
      const filter = { year: { [operator]: operands[operator] ?? 1 } };
      expect(() => parseFilter(filter, { year: 'number' })).not.toThrow();
    }
  });

  test('list the languages', () => {
    const listed = /The others:\n\n([^.]+)\./.exec(texts.prose)?.[1]?.split(/,\s/) ?? [];
    expect(['none', ...listed]).toEqual(Object.keys(LANGUAGES));
    const without = Object.entries(LANGUAGES).filter(([, source]) => !('stemming' in source));
    const said = /^(\w+), (\w+) and (\w+) have stop words and no stemmer/m.exec(texts.prose);
    expect(said?.slice(1).map((name) => name.toLowerCase())).toEqual(
      without.map(([name]) => name).filter((name) => name !== 'none'),
    );
  });

  test('know the options of text and their defaults', () => {
    const resolved: Readonly<Record<string, unknown>> = {
      ...readTextOptions({ fields: ['text'] }),
    };
    const rows = tableRows(texts, 'text option', 'default').map(({ cells }) => cells.slice(0, 2));
    const defaults = Object.entries(resolved).map(([name, value]) => {
      const written = typeof value === 'string' ? `\`'${value}'\`` : String(value);
      return [`\`${name}\``, name === 'fields' ? 'required' : written];
    });
    expect(rows).toEqual(defaults);
  });

  test('know the files that are read', () => {
    const guide = documentAt('docs/guide/command-line.md');
    const endingsOf = (second: string) =>
      tableRows(guide, 'ending', second).flatMap(({ cells }) => quoted(cells[0] ?? ''));
    expect(endingsOf('components').join(' ')).toBe(vectorEndings);
    expect(endingsOf('rows').join(' ')).toBe(rowEndings);
    const options = tableRows(documentAt('docs/guide/collections.md'), 'option', 'default');
    const endings = (name: string) => {
      const row = options.find(({ cells }) => cells[0] === `\`${name}\``);
      return quoted(row?.cells[1] ?? '').join(' ');
    };
    expect([endings('rows'), endings('vectors')]).toEqual([rowEndings, vectorEndings]);
  });
});

test('the guide on browsers says how heavy a page becomes', () => {
  const said = /less than (\d+) kB gzipped/.exec(documentAt('docs/guide/browsers.md').text);
  expect(Number(said?.[1]) * 1000).toBe(CORE_GZIPPED_LIMIT);
});
