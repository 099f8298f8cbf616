// All tidy rules by name. Each is pure over one source. What Biome can check (length of a function,
// number of parameters, default exports, focused and skipped tests) is in biome.json instead.
import { fileSystem, filesOfCollections } from './file-access.ts';
import {
  collectionDirection,
  coreDirection,
  nodeModules,
  packageDirection,
  poolLibrary,
} from './imports.ts';
import { byteOffsets, glossary, randomness } from './names.ts';
import type { Finding, Source } from './source.ts';
import { bannedWords, fileLength, lineLength, openingComment } from './text.ts';

/** The name completes the sentence "the sources keep this: ...". */
export const rules: Readonly<Record<string, (source: Source) => Finding[]>> = {
  'packages import only what lies below them': packageDirection,
  'the folders of core import only what lies below them': coreDirection,
  'the folders of collection import only what lies below them': collectionDirection,
  'one file imports the worker pool': poolLibrary,
  'Node modules stay in the files about Node': nodeModules,
  'few files touch the file system': fileSystem,
  'collections reach files through storage': filesOfCollections,
  'one file computes byte offsets': byteOffsets,
  'all randomness is seeded and comes from one generator': randomness,
  'no file passes 500 lines': fileLength,
  'no line passes 100 columns': lineLength,
  'every file opens with a comment': openingComment,
  'no leftovers, no skipped tests, no escapes from the types': bannedWords,
  'identifiers follow the glossary': glossary,
};
