// Holds the documents against the code: their TypeScript runs and type-checks, their commands exist,
// their links lead somewhere, their tables say what the code says. Code blocks run against the built
// packages: build first. Marks after ```ts: `continues` appends a block to the one before, `file=NAME`
// puts it beside the programs of its document. A block that nobody runs says why after `not run:`.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
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
import { commandProblem } from './docs/commands.ts';
import {
  anchors,
  type Block,
  codeBlocks,
  type Document,
  headings,
  isGenerated,
  links,
  numberIn,
  readDocument,
  readDocuments,
  tableRows,
} from './docs/markdown.ts';
import { checkTypes, runProgram, writePrograms } from './docs/programs.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = join(
  root,
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);
const documents = readDocuments(root);
const written = documents.filter((document) => !isGenerated(document));

function documentAt(path: string): Document {
  const found = documents.find((document) => document.path === path);
  if (found === undefined) throw new Error(`there is no ${path}`);
  return found;
}

describe.concurrent('the code of the documents', () => {
  const { folder, programs } = writePrograms(root, written);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('has its types right', { timeout: 60_000 }, async () => {
    expect(await checkTypes(node, root, folder)).toBe('');
  });

  test.for(programs)('$name runs', { timeout: 60_000 }, async (program, context) => {
    context.expect(await runProgram(node, program)).not.toMatch(/^failed: /);
  });
});

test('every block is run, shows what is no code, or says why not', () => {
  const isRead = ({ language, notRun }: Block): boolean =>
    notRun === undefined ? ['ts', 'sh', 'text', 'md'].includes(language) : notRun.length > 10;
  const blocks = written.flatMap((document) => codeBlocks(document));
  const silent = blocks.filter((block) => !isRead(block));
  expect(silent.map(({ path, line }) => `${path}:${line}`)).toEqual([]);
  // A fence that is indented or made of other signs would not be seen at all.
  const unseen = written.filter(({ prose }) => /^[ \t>]+```|^[ \t]*~~~/m.test(prose));
  expect(unseen.map(({ path }) => path)).toEqual([]);
});

describe('the commands of the documents', () => {
  const lines = written.flatMap((document) =>
    codeBlocks(document)
      .filter(({ language, notRun }) => language === 'sh' && notRun === undefined)
      .flatMap(({ code }) => code.trim().split('\n')),
  );

  test.for(lines)('%s', async (line) => {
    expect(await commandProblem(root, line)).toBeUndefined();
  });

  test('in running text are scripts', async () => {
    const inline = documents.flatMap(({ prose }) =>
      [...prose.matchAll(/`((?:npm|npx -y pnpm@12) [^`]+)`/g)].map((match) => match[1] ?? ''),
    );
    const problems = await Promise.all(inline.map((line) => commandProblem(root, line)));
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  test('are refused when the program does not know them', async () => {
    const wrong = ['nigh build a.npy', 'nigh search a.nigh --vector 1 --deep', 'npm run nothing'];
    wrong.push('npx -y pnpm@12 --filter @nigh/core run nothing', '(cd nowhere && npm install)');
    const problems = await Promise.all(wrong.map((line) => commandProblem(root, line)));
    expect(problems.every((problem) => problem !== undefined)).toBe(true);
  });
});

describe.for(documents)('$path', (document) => {
  test('has one h1, on its first line', () => {
    expect(headings(document, '#')).toHaveLength(1);
    expect(document.text).toMatch(/^# /);
  });

  test('has links that lead somewhere', () => {
    const broken = links(document).filter((link) => {
      const [file = '', anchor] = link.split('#');
      const path = file === '' ? document.path : posix.join(dirname(document.path), file);
      if (!existsSync(join(root, path))) return true;
      if (anchor === undefined) return false;
      if (statSync(join(root, path)).isDirectory()) return true;
      const text = readFileSync(join(root, path), 'utf8');
      return !anchors(readDocument(path, text)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

test('every document is linked from another one', () => {
  const linked = documents.flatMap((document) =>
    links(document).map((link) => {
      const target = posix.join(dirname(document.path), link.split('#')[0] ?? '');
      return target === document.path ? '' : target;
    }),
  );
  const reached = (path: string) =>
    linked.some((target) => target === path || (target !== '.' && target === dirname(path)));
  const lost = documents.filter(({ path }) => path !== 'README.md' && !reached(path));
  expect(lost.map(({ path }) => path)).toEqual([]);
});

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
    memory: 'by tier',
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
      const phrases = prose.match(/[\d,]+ vectors of \d+ components(?:, [\d,]+ of \d+)+/g) ?? [];
      const stated = phrases.flatMap((phrase) => [
        ...phrase.matchAll(/([\d,]+)(?: vectors)? of (\d+)/g),
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

test('the example of films answers its questions', { timeout: 60_000 }, async () => {
  const program = join(root, 'docs/examples/films/main.ts');
  const { stdout } = await promisify(execFile)(node, [program, 'invented']);
  const [shown] = codeBlocks(documentAt('docs/examples/films/README.md')).filter(
    ({ language }) => language === 'text',
  );
  for (const line of shown?.code.trim().split('\n') ?? []) expect(stdout).toContain(`${line}\n`);
  const [first = '', ...answers] = stdout.trim().split('\n\n');
  expect(first).toBe('400 invented films');
  const [byText = [], byExample = [], both = []] = answers.map((answer) => answer.split('\n'));
  expect([byText[0], byExample[0], both[0]].join('\n')).toMatch(
    /^About "a detective hunts a thief"\nMore like "The .+"\nBoth at once, .+ since 1960$/,
  );
  for (const lines of [byText, byExample, both]) expect(lines).toHaveLength(6);
  expect(byText[1]).toMatch(/detective/);
  expect(byText[1]).toMatch(/thief/);
  const asked = /"(.+)"/.exec(byExample[0] ?? '')?.[1] ?? '';
  expect(byText[1]).toContain(asked);
  for (const line of both.slice(1)) {
    const [, year, genre] = /\((\d+)\) (.+)$/.exec(line) ?? [];
    expect(Number(year)).toBeGreaterThanOrEqual(1960);
    expect(['Comedy', 'Romance']).toContain(genre);
  }
});
