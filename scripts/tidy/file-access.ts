// Who touches files. What a collection writes goes through one seam, so that tests can put a disk
// below it that loses power, and so that every promise about files is kept in one place.
import { isTest } from './imports.ts';
import { type Finding, findAll, type Source } from './source.ts';

const FILE_SYSTEM = /^(?:node:)?fs(?:\/promises)?$/;

/** Files of the packages that may import `node:fs`; folders end in a slash. */
const FILE_ACCESS: readonly string[] = [
  'packages/core/src/snapshot/node-file.ts',
  'packages/core/src/engine/runtime.ts',
  'packages/storage/src/node-file-system.ts',
  'packages/storage/src/node-lock.ts',
  'packages/formats/src/opened-file.ts',
  'packages/cli/',
  'packages/testkit/',
  'benchmarks/',
];

/** `node:fs` only in the files that are about the file system, and in programs. */
export function fileSystem({ path, imports }: Source): Finding[] {
  const isAllowed = FILE_ACCESS.some((place) =>
    place.endsWith('/') ? path.startsWith(place) : path === place,
  );
  if (isTest(path) || isAllowed) return [];
  return imports
    .filter(({ specifier }) => FILE_SYSTEM.test(specifier))
    .map(({ specifier, line }) => {
      return { path, line, message: `'${specifier}': take a FileSystem of @nigh/storage` };
    });
}

const COLLECTION = 'packages/collection/src/';

/** The files of an import, and the public surface, which names the errors of all parts. */
const READERS = /^packages\/collection\/src\/(?:import\/[\w-]+|index)\.ts$/;

/** A collection reads rows where it imports, and keeps nothing but through a store. */
export function filesOfCollections(source: Source): Finding[] {
  const { path, imports } = source;
  if (!path.startsWith(COLLECTION)) return [];
  const readers = imports
    .filter(({ specifier }) => specifier === '@nigh/formats' && !READERS.test(path))
    .map(({ line }) => {
      return { path, line, message: "'@nigh/formats': only an import reads rows" };
    });
  const message = 'a path goes past the store: use saveTo and loadFrom with its files';
  return [
    ...readers,
    ...findAll(source, /\.\s*save\s*\(/g, message),
    ...findAll(source, /\bVectorIndex\s*\.\s*load\s*\(/g, message),
  ];
}
