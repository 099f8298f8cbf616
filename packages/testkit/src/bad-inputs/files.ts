/**
 * Bad paths and files for load and save.
 * A newcomer would guess the code of a doubtful case: the decisions stand below the imports.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BadInput, type BadInputTarget, show } from './target.ts';

// Decisions: a path that is no string, or an empty one, is INVALID_ARGUMENT; what the file system
// refuses is FILE_FAILED; a file that opens but holds no whole snapshot is SNAPSHOT_CORRUPT.

const BAD_PATHS = [undefined, null, 7, ''];

function emptyFile(folder: string): string {
  const path = join(folder, 'empty');
  writeFileSync(path, '');
  return path;
}

/** Everything wrong with files. */
export const FILE_INPUTS: readonly BadInput[] = [
  ...BAD_PATHS.map((path) => ({
    name: `load path ${show(path)}`,
    call: ({ VectorIndex }: BadInputTarget) => VectorIndex.load(path),
    code: 'INVALID_ARGUMENT',
  })),
  ...BAD_PATHS.map((path) => ({
    name: `save path ${show(path)}`,
    call: ({ index }: BadInputTarget) => index.save(path),
    code: 'INVALID_ARGUMENT',
  })),
  {
    name: 'load a missing file',
    call: ({ VectorIndex, folder }) => VectorIndex.load(join(folder, 'missing')),
    code: 'FILE_FAILED',
  },
  {
    name: 'load a folder',
    call: ({ VectorIndex, folder }) => VectorIndex.load(folder),
    code: 'FILE_FAILED',
  },
  {
    name: 'load an empty file',
    call: ({ VectorIndex, folder }) => VectorIndex.load(emptyFile(folder)),
    code: 'SNAPSHOT_CORRUPT',
  },
  {
    name: 'load with an unknown option',
    call: ({ VectorIndex, folder }) => VectorIndex.load(join(folder, 'missing'), { dimension: 3 }),
    code: 'INVALID_OPTION',
    names: 'dimension',
  },
  {
    name: 'save into a missing folder',
    call: ({ index, folder }) => index.save(join(folder, 'missing', 'index')),
    code: 'FILE_FAILED',
  },
  {
    name: 'save over a folder',
    call: ({ index, folder }) => index.save(folder),
    code: 'FILE_FAILED',
  },
];
