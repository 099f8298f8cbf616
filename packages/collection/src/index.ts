// The public surface of @nigh/collection. What is not exported here may change without notice.

export { NighError } from '@nigh/base';
export { type Progress, type Query, VectorIndexError, type WorkOptions } from '@nigh/core';
export { type Fields, type Filter, FilterError, field, type Metadata } from '@nigh/filter';
export { FormatError } from '@nigh/formats';
export { type Durability, type FileSystem, StorageError } from '@nigh/storage';
export { TextError, type TextOptions } from '@nigh/text';
export { Collection, type DeleteFilter, IN_MEMORY, type ListOptions } from './collection.ts';
export type {
  DocumentColumns,
  DocumentInput,
  MetadataUpdate,
  StoredDocument,
} from './document.ts';
export { CollectionError, CollectionErrorCode } from './errors.ts';
export type { CollectionProblem } from './files/verify.ts';
export { type FolderVerdict, verifyCollection } from './files/verify-folder.ts';
export type { ImportOptions, ImportReport } from './import/import.ts';
export type { Key } from './key.ts';
export type { OpenOptions } from './open-options.ts';
export type { Schema, SchemaOptions, VectorOptions } from './schema.ts';
export type { FusionOption, RankFusion, ScoreFusion } from './search/fusion.ts';
export type { Hit } from './search/search.ts';
export type { SearchOptions } from './search/search-options.ts';
export type { CollectionStats } from './stats.ts';
