// The public surface of @nigh/collection. What is not exported here may change without notice.

export { type Filter, field } from '@nigh/filter';
export { Collection, type DeleteFilter, IN_MEMORY, type ListOptions } from './collection.ts';
export type {
  DocumentColumns,
  DocumentInput,
  MetadataUpdate,
  StoredDocument,
} from './document.ts';
export { CollectionError, CollectionErrorCode } from './errors.ts';
export type { FusionOption, RankFusion, ScoreFusion } from './fusion.ts';
export type { ImportOptions, ImportReport } from './import.ts';
export type { Key } from './key.ts';
export type { OpenOptions } from './open-options.ts';
export type { Schema, SchemaOptions, VectorOptions } from './schema.ts';
export type { Hit } from './search.ts';
export type { SearchOptions } from './search-options.ts';
export type { CollectionStats } from './stats.ts';
export type { CollectionProblem } from './verify.ts';
export { type FolderVerdict, verifyCollection } from './verify-folder.ts';
