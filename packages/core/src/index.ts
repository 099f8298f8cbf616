// The public surface of @nigh/core. What is not exported here may change without notice.

export type { Progress, WorkOptions } from './build/runner.ts';
export type {
  CalibratedRecall,
  CalibrateOptions,
  Calibration,
  CalibrationPoint,
  CalibrationQueries,
} from './calibrate/calibrate.ts';
export type { Tier } from './engine/tier.ts';
export { ErrorCode, type ErrorDetails, VectorIndexError } from './errors.ts';
export type { EvaluateOptions, EvaluatePoint, Evaluation } from './evaluate.ts';
export { readVectors } from './input/ingest.ts';
export type { Query, Vectors } from './input/vectors.ts';
export type { EntryKind, Metric } from './memory/layout.ts';
export type { MemoryKind } from './memory/segment-memory.ts';
export { NodeFilter } from './node-filter.ts';
export {
  type Builder,
  checkOptions,
  DEFAULT_EF_SEARCH,
  type IndexOptions,
  type Originals,
  type Precision,
  type Quality,
  type Rerank,
  type VectorOptions,
} from './options.ts';
export { Quantizer, type QuantizerOptions } from './quantizer.ts';
export { uniform } from './random.ts';
export type { BatchResult, RangeResult, SearchResult, SearchWork, Strategy } from './results.ts';
export type { RangeOptions, SearchOptions } from './search/search-options.ts';
export type { SharedIndex } from './segments/shared-index.ts';
export type { ReadableBytes, WriteBytes } from './snapshot/bytes.ts';
export type { LoadFromOptions, LoadOptions } from './snapshot/load.ts';
export type { SaveToOptions } from './snapshot/save.ts';
export type { IndexBytes, IndexStats } from './stats.ts';
export { VectorIndex } from './vector-index.ts';
export type { Problem, ProblemKind } from './verify/verify.ts';
export type { AddedNodes } from './write/index-writer.ts';
export type { MergeOptions } from './write/merge.ts';
export type { AddOptions, Rebuild } from './write/write-options.ts';
