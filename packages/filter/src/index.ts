// The public surface of @nigh/filter. What is not exported here may change without notice.

export { type Condition, type Field, type Filter, field, where } from './builder.ts';
export { Columns } from './columns.ts';
export { FilterError, FilterErrorCode } from './errors.ts';
export type { Accepted } from './evaluate.ts';
export {
  FIELD_TYPES,
  type Fields,
  type FieldType,
  MAX_FIELDS,
  MAX_NAME_LENGTH,
  type Metadata,
  readFields,
} from './fields.ts';
export { MAX_DEPTH, MAX_SIZE, parseFilter } from './parse.ts';
export type { Predicate } from './predicate.ts';
