// Who may import what: between packages, inside core, and from Node. A type-only import counts as
// an import, except that testkit may name core's types.
import { posix } from 'node:path';
import type { Finding, Import, Source } from './source.ts';

const PIN = '@nigh/';

interface Edge {
  readonly to: string;
  readonly typesOnly?: boolean;
}

// Sources only: tests may import every package.
const PACKAGE_EDGES: Readonly<Record<string, readonly Edge[]>> = {
  'packages/core': [],
  'packages/base': [],
  'packages/filter': [{ to: '@nigh/base' }],
  'packages/text': [{ to: '@nigh/base' }],
  'packages/storage': [{ to: '@nigh/base' }],
  'packages/formats': [{ to: '@nigh/base' }],
  'packages/collection': [
    ...[{ to: '@nigh/base' }, { to: '@nigh/core' }, { to: '@nigh/filter' }, { to: '@nigh/text' }],
    ...[{ to: '@nigh/storage' }, { to: '@nigh/formats' }],
  ],
  'packages/testkit': [
    { to: '@nigh/core', typesOnly: true },
    { to: '@nigh/storage', typesOnly: true },
  ],
  'packages/cli': [
    ...[{ to: '@nigh/base' }, { to: '@nigh/core' }, { to: '@nigh/formats' }],
    { to: '@nigh/collection' },
  ],
  benchmarks: [
    ...[{ to: '@nigh/base' }, { to: '@nigh/core' }, { to: '@nigh/collection' }],
    ...[{ to: '@nigh/text' }, { to: '@nigh/formats' }],
    ...[{ to: '@nigh/storage' }, { to: '@nigh/testkit' }],
  ],
};

const CORE = 'packages/core/src/';

export const isTest = (path: string): boolean => path.includes('/test/');

const found = (source: Source, at: Import, message: string): Finding => ({
  path: source.path,
  line: at.line,
  message: `'${at.specifier}': ${message}`,
});

/** The path in the repository that a relative import means, or undefined for a package. */
function target(source: Source, { specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.normalize(posix.join(posix.dirname(source.path), specifier));
}

function packageOf(path: string): string {
  return path.startsWith('packages/') ? path.split('/').slice(0, 2).join('/') : 'benchmarks';
}

/** Arrows between packages point down; nobody reaches into another package by a path. */
export function packageDirection(source: Source): Finding[] {
  const own = packageOf(source.path);
  return source.imports.flatMap((at) => {
    const path = target(source, at);
    if (path !== undefined && !path.startsWith(`${own}/`)) {
      return [found(source, at, 'import another package by its name')];
    }
    if (!at.specifier.startsWith(PIN) || isTest(source.path)) return [];
    const name = at.specifier.split('/').slice(0, 2).join('/');
    const edge = (PACKAGE_EDGES[own] ?? []).find(({ to }) => to === name);
    if (edge === undefined) return [found(source, at, `${own} must not import this package`)];
    if (edge.typesOnly && !at.typeOnly) return [found(source, at, `use \`import type\` in ${own}`)];
    return [];
  });
}

interface Zone {
  readonly inside: string;
  readonly allowed: readonly string[];
  readonly message: string;
}

const CORE_ZONES: readonly Zone[] = [
  {
    inside: `${CORE}hot/`,
    allowed: [`${CORE}hot/`],
    message: 'hot code is compiled by asc too and imports hot code only',
  },
  {
    inside: `${CORE}memory/`,
    allowed: [`${CORE}memory/`, `${CORE}errors.ts`, `${CORE}hot/fields.ts`],
    message: 'memory imports memory, errors and the fields of the header only',
  },
];

/** Inside core: hot code stands alone, memory knows little, nothing imports the public class. */
export function coreDirection(source: Source): Finding[] {
  if (!source.path.startsWith(CORE)) return [];
  return source.imports.flatMap((at) => {
    const path = target(source, at);
    const zone = CORE_ZONES.find(({ inside }) => source.path.startsWith(inside));
    const isAllowed = zone?.allowed.some((start) => path?.startsWith(start)) ?? true;
    if (zone !== undefined && !isAllowed) return [found(source, at, zone.message)];
    const facade = path === `${CORE}vector-index.ts` && source.path !== `${CORE}index.ts`;
    if (facade || path === `${CORE}index.ts`) {
      return [found(source, at, 'only index.ts imports vector-index.ts, and nothing index.ts')];
    }
    return [];
  });
}

const COLLECTION = 'packages/collection/src/';

/** The folders of collection, and which others each may import. Files beside them are for all. */
const COLLECTION_FOLDERS: Readonly<Record<string, readonly string[]>> = {
  contents: [],
  write: ['contents'],
  search: ['contents'],
  import: [],
  files: ['contents', 'write'],
};

/** Inside a collection: what it holds knows nobody who writes, searches or keeps it. */
export function collectionDirection(source: Source): Finding[] {
  const [folder = '', file] = source.path.slice(COLLECTION.length).split('/');
  if (!source.path.startsWith(COLLECTION) || file === undefined) return [];
  return source.imports.flatMap((at) => {
    const path = target(source, at);
    if (path === undefined) return [];
    const [other = '', rest] = path.slice(COLLECTION.length).split('/');
    const allowed = [folder, ...(COLLECTION_FOLDERS[folder] ?? [])];
    if (rest !== undefined && !allowed.includes(other)) {
      return [found(source, at, `${folder}/ imports ${allowed.join('/, ')}/ and the files beside`)];
    }
    const isFacade = ['collection.ts', 'index.ts'].includes(other);
    return isFacade ? [found(source, at, 'only index.ts imports collection.ts')] : [];
  });
}

/** The worker pool's library is known to one file. */
export function poolLibrary(source: Source): Finding[] {
  if (source.path === `${CORE}build/pool.ts`) return [];
  return source.imports
    .filter(({ specifier }) => specifier === 'piscina' || specifier.startsWith('piscina/'))
    .map((at) => found(source, at, 'only packages/core/src/build/pool.ts imports piscina'));
}

// Everything else in core runs in a browser as well.
const NODE_FILES: readonly string[] = [
  `${CORE}build/pool.ts`,
  `${CORE}build/worker.ts`,
  `${CORE}snapshot/node-file.ts`,
  `${CORE}engine/runtime.ts`,
  'packages/storage/src/node-file-system.ts',
  'packages/storage/src/node-lock.ts',
  'packages/storage/src/crc32.ts',
  'packages/storage/src/producing.ts',
];
const NODE_FOLDERS = ['packages/cli/', 'packages/formats/', 'packages/testkit/', 'benchmarks/'];

/** `node:` modules only where a file is about Node. */
export function nodeModules(source: Source): Finding[] {
  const { path } = source;
  if (isTest(path) || NODE_FILES.includes(path)) return [];
  if (NODE_FOLDERS.some((folder) => path.startsWith(folder))) return [];
  return source.imports
    .filter(({ specifier }) => specifier.startsWith('node:'))
    .map((at) => found(source, at, 'this file must run outside Node too'));
}
