// Single fields of a snapshot's table against the type they must have.

import { corrupt } from './format.ts';

export type Fields = Record<string, unknown>;

/** What is being checked: the file, for messages, and where its regions must end. */
export interface Check {
  readonly path: string;
  readonly fileBytes: number;
}

/** `value` as an object of exactly the fields `known`. */
export function asObject(
  check: Check,
  value: unknown,
  name: string,
  known: readonly string[],
): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw corrupt(check.path, `${name} is missing from its table`, { field: name });
  }
  const missing = known.find((field) => !Object.hasOwn(value, field));
  if (missing !== undefined) {
    throw corrupt(check.path, `${missing} of ${name} is missing`, { field: missing });
  }
  const foreign = Object.keys(value).find((field) => !known.includes(field));
  if (foreign !== undefined) {
    throw corrupt(check.path, `${name} has a field that is none`, { field: foreign });
  }
  return value as Fields;
}

export function asList(check: Check, value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw corrupt(check.path, `${name} is missing from its table`, { field: name });
}

export function asCount(check: Check, fields: Fields, name: string, max: number): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max)
    return value;
  throw corrupt(check.path, `${name} must be a number from 0 to ${max}`, {
    field: name,
    got: value,
  });
}

export function asFlag(check: Check, fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === 'boolean') return value;
  throw corrupt(check.path, `${name} must be true or false`, { field: name, got: value });
}

export function asFloat(check: Check, fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) {
    if (Math.fround(value) === value) return value;
  }
  throw corrupt(check.path, `${name} must be a finite float32 that is not negative`, {
    field: name,
    got: value,
  });
}
