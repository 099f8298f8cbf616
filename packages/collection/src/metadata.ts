// Metadata as it comes in, is changed, and goes out. On its way in it becomes a copy of plain JSON
// values, every property read once, so that nothing the caller does later changes what was checked.
// What JSON would turn into something else (NaN, Map, functions) is refused; `undefined` properties
// are left out, as JSON does.

import { describe, detail, ownValue, setOwn } from '@nigh/base';
import type { Fields, Metadata } from '@nigh/filter';
import { documentError, reading, unreadable } from './errors.ts';

/** Deeper values could be read and never be written again (JSON.stringify recurses). */
const MAX_METADATA_DEPTH = 64;
const TOO_DEEP = `is deeper than ${MAX_METADATA_DEPTH} levels; keep what is deeper as text`;

type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Where a value stands, for messages. */
interface Place {
  readonly row: number;
  readonly path: string;
}

function refuse({ row, path }: Place, reason: string, got: unknown): never {
  const message = `${path} of document ${row} ${reason}`;
  throw documentError(message, { row, path, got: detail(got) });
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Whether a value is its own copy, whatever its field: most are. */
function isScalar(value: unknown): value is null | boolean | number | string {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value === null ||
    Number.isFinite(value)
  );
}

function copyObject(value: object, place: Place, depth: number): JsonValue {
  const copy: Record<string, JsonValue> = {};
  for (const name of Object.keys(value)) {
    const own = (value as Record<string, unknown>)[name];
    if (own === undefined) continue;
    setOwn(copy, name, copyValue(own, place, depth + 1));
  }
  return copy;
}

function copyArray(value: readonly unknown[], place: Place, depth: number): JsonValue {
  const { length } = value;
  const copy = new Array<JsonValue>(length);
  for (let i = 0; i < length; i++) copy[i] = copyValue(value[i], place, depth + 1);
  return copy;
}

function copyValue(value: unknown, place: Place, depth: number): JsonValue {
  if (isScalar(value)) return value;
  if (typeof value === 'number') {
    return refuse(place, `is ${value}, which JSON has not; leave it out`, value);
  }
  if (typeof value !== 'object') return refuse(place, `is ${describe(value)}`, value);
  if (depth >= MAX_METADATA_DEPTH) return refuse(place, TOO_DEEP, undefined);
  if (Array.isArray(value)) return copyArray(value, place, depth);
  if (isPlain(value)) return copyObject(value, place, depth);
  const advice = value instanceof Date ? "; declare the field as 'date'" : '';
  return refuse(place, `is ${describe(value)}, not plain JSON${advice}`, value);
}

/** A Date of a field that was declared as one, as the text it is kept as. */
function dateText(value: Date, place: Place): string {
  const time = Date.prototype.getTime.call(value);
  return Number.isNaN(time) ? refuse(place, 'is an invalid Date', value) : new Date(time).toJSON();
}

function copyField(value: unknown, type: string | undefined, place: Place): JsonValue {
  if (type === 'date' && value instanceof Date) return dateText(value, place);
  if (type === 'date[]' && Array.isArray(value)) {
    return Array.from(value, (one: unknown) =>
      one instanceof Date ? dateText(one, place) : copyValue(one, place, 1),
    );
  }
  return copyValue(value, place, 1);
}

/**
 * A copy of metadata, of plain JSON values. Dates are kept as text, in fields declared as dates.
 *
 * @throws {CollectionError} INVALID_DOCUMENT, with the row and the path
 */
export function copyMetadata(metadata: unknown, fields: Fields, row: number): Metadata {
  if (metadata === undefined) return {};
  return reading(() => copyFields(metadata, fields, row), unreadable(row, 'metadata'));
}

function copyFields(metadata: unknown, fields: Fields, row: number): Metadata {
  if (typeof metadata !== 'object' || metadata === null || !isPlain(metadata)) {
    const whole = { row, path: 'metadata' };
    return refuse(whole, `is ${describe(metadata)}, not a plain object`, metadata);
  }
  const copy: Record<string, JsonValue> = {};
  for (const name of Object.keys(metadata)) {
    const value = (metadata as Record<string, unknown>)[name];
    if (value === undefined) continue;
    if (isScalar(value)) {
      setOwn(copy, name, value);
      continue;
    }
    const place = { row, path: `metadata.${name.slice(0, 80)}` };
    setOwn(copy, name, copyField(value, ownValue(fields, name), place));
  }
  return copy;
}

/** Whether objects and arrays of plain JSON lie within each other more than `levels` deep. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1));
}

/**
 * Metadata that was parsed from JSON, and so is plain, is no deeper than any that was copied.
 *
 * @throws {CollectionError} INVALID_DOCUMENT
 */
export function assertDepth(metadata: Metadata, row: number): void {
  if (isDeeper(metadata, MAX_METADATA_DEPTH))
    refuse({ row, path: 'metadata' }, TOO_DEEP, undefined);
}

/** Metadata with a patch laid over it: what is given replaces, what is null goes. */
export function patchMetadata(metadata: Metadata, patch: Metadata): Metadata {
  const patched: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(metadata)) {
    if (!Object.hasOwn(patch, name)) setOwn(patched, name, value as JsonValue);
  }
  for (const [name, value] of Object.entries(patch)) {
    if (value !== null) setOwn(patched, name, value as JsonValue);
  }
  return patched;
}

/** Metadata as callers get it: fields that were declared as dates are Dates. Changes it. */
export function reviveDates(metadata: Record<string, unknown>, fields: Fields): Metadata {
  for (const [name, type] of Object.entries(fields)) {
    if (!type.startsWith('date') || !Object.hasOwn(metadata, name)) continue;
    const value = metadata[name];
    if (typeof value === 'string') metadata[name] = new Date(value);
    else if (Array.isArray(value)) metadata[name] = value.map((one) => new Date(one as string));
  }
  return metadata;
}
