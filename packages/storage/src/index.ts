// The public surface of @nigh/storage. What is not exported here may change without notice.

export type { Mark } from './commit-log.ts';
export { StorageError, StorageErrorCode } from './errors.ts';
export type { File, FileSystem, Lock, OpenMode } from './file-system.ts';
export type { ReadableFile, Write } from './image-file.ts';
export { MAX_PAYLOAD_BYTES, MAX_TYPE } from './log-format.ts';
export type { StoredRecord } from './log-reader.ts';
export { nodeFileSystem } from './node-file-system.ts';
export type { Durability, StoreOptions } from './options.ts';
export type { OpenSnapshotFile, SnapshotReader, SnapshotWriter } from './snapshot-files.ts';
export {
  type Recovery,
  type SnapshotOptions,
  Store,
  type StoreStats,
  type WriteFiles,
} from './store.ts';
export { withTypedErrors } from './typed-files.ts';
export { type Problem, verifyStore } from './verify-store.ts';
