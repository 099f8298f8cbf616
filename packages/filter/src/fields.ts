// Which fields of the metadata can be filtered on, and of what type they are. Names are data: they
// may be anything an object can have as a key, `__proto__` too.

import { describe, detail } from '@nigh/base';
import { FilterError, FilterErrorCode } from './errors.ts';

/** What the values of a field are; with `[]` each row has a list of them. */
export type FieldType =
  | 'number'
  | 'string'
  | 'boolean'
  | 'date'
  | 'number[]'
  | 'string[]'
  | 'boolean[]'
  | 'date[]';

/** Every {@link FieldType}. */
export const FIELD_TYPES: readonly FieldType[] = Object.freeze<FieldType[]>([
  ...(['number', 'string', 'boolean', 'date'] as const),
  ...(['number[]', 'string[]', 'boolean[]', 'date[]'] as const),
]);

/** What the values of a field are, one by one. */
export type ElementType = 'number' | 'string' | 'boolean' | 'date';

/** The declared fields by name. */
export type Fields = Readonly<Record<string, FieldType>>;

/** What is known about a row: any fields, of which the declared ones can be filtered on. */
export type Metadata = Readonly<Record<string, unknown>>;

/** The most fields that can be declared. */
export const MAX_FIELDS = 256;
/** UTF-16 units of a field's name. */
export const MAX_NAME_LENGTH = 256;

function isFieldType(value: unknown): value is FieldType {
  return (FIELD_TYPES as readonly unknown[]).includes(value);
}

export function elementTypeOf(type: FieldType): ElementType {
  return (type.endsWith('[]') ? type.slice(0, -2) : type) as ElementType;
}

export function isList(type: FieldType): boolean {
  return type.endsWith('[]');
}

function invalid(message: string, details: Readonly<Record<string, unknown>>): FilterError {
  return new FilterError(FilterErrorCode.invalidFields, message, details);
}

function assertName(name: string): void {
  const isShort = name.length > 0 && name.length <= MAX_NAME_LENGTH;
  if (isShort && !name.startsWith('$')) return;
  const expected = `1 to ${MAX_NAME_LENGTH} characters, the first not '$'`;
  throw invalid(`a field's name must have ${expected}; got ${describe(name)}`, {
    ...{ field: detail(name), expected },
    got: detail(name),
  });
}

function read(fields: object): Fields {
  const copy: Record<string, FieldType> = Object.create(null);
  const names = Object.keys(fields);
  if (names.length > MAX_FIELDS) {
    throw invalid(`at most ${MAX_FIELDS} fields can be declared; got ${names.length}`, {
      ...{ expected: MAX_FIELDS, got: names.length },
    });
  }
  for (const name of names) {
    assertName(name);
    const type: unknown = (fields as Record<string, unknown>)[name];
    if (!isFieldType(type)) {
      const expected = FIELD_TYPES.join(', ');
      throw invalid(
        `the type of field ${describe(name)} must be one of ${expected}; got ${describe(type)}`,
        { field: name, expected: FIELD_TYPES, got: detail(type) },
      );
    }
    copy[name] = type;
  }
  return Object.freeze(copy);
}

/**
 * Declared fields, checked and copied: own enumerable properties, in their order, without a
 * prototype.
 *
 * @throws {FilterError} INVALID_FIELDS
 */
export function readFields(fields: unknown): Fields {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw invalid(`fields must be an object of names and types; got ${describe(fields)}`, {
      ...{ expected: 'an object', got: detail(fields) },
    });
  }
  try {
    return read(fields);
  } catch (error) {
    if (error instanceof FilterError) throw error;
    throw new FilterError(FilterErrorCode.invalidFields, 'fields cannot be read', {}, error);
  }
}
