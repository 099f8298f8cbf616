// Single fields of a snapshot's table against the type they must have. `path` is what errors call
// the file.

import { corrupt } from './format.ts';

export type Fields = Record<string, unknown>;

/** `value` as an object of exactly the fields `known`. */
export function asObject(
  path: string,
  value: unknown,
  name: string,
  known: readonly string[],
): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw corrupt(path, `${name} is missing from its table`, { field: name });
  }
  const missing = known.find((field) => !Object.hasOwn(value, field));
  if (missing !== undefined) {
    throw corrupt(path, `${missing} of ${name} is missing`, { field: missing });
  }
  const foreign = Object.keys(value).find((field) => !known.includes(field));
  if (foreign !== undefined) {
    throw corrupt(path, `${name} has a field that is none`, { field: foreign });
  }
  return value as Fields;
}

export function asList(path: string, value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw corrupt(path, `${name} is missing from its table`, { field: name });
}

export function asCount(path: string, fields: Fields, name: string, max: number): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max)
    return value;
  throw corrupt(path, `${name} must be a number from 0 to ${max}`, {
    field: name,
    got: value,
  });
}

export function asFlag(path: string, fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === 'boolean') return value;
  throw corrupt(path, `${name} must be true or false`, { field: name, got: value });
}

export function asFloat(path: string, fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) {
    if (Math.fround(value) === value) return value;
  }
  throw corrupt(path, `${name} must be a finite float32 that is not negative`, {
    field: name,
    got: value,
  });
}
