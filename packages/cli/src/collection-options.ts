// Options of the commands on collections: how fields, names with weights and filters are typed, and
// what a new collection is made of. Values are checked by the packages they are for.

import { ownValue } from '@nigh/base';
import type { Filter, Schema, SchemaOptions } from '@nigh/collection';
import type { Metric } from '@nigh/core';
import { InvalidArgumentError } from 'commander';
import { UsageError } from './failure.ts';

/** `a,b`: names, separated by commas. */
export function nameList(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return names;
  throw new InvalidArgumentError('expected names, separated by commas.');
}

/** A field of the metadata and its type. */
export type FieldOption = readonly [name: string, type: string];

/** `year:number`, once for each field. A name may have colons of its own. */
export function fieldOption(text: string, before: readonly FieldOption[] = []): FieldOption[] {
  const colon = text.lastIndexOf(':');
  if (colon <= 0) throw new InvalidArgumentError('expected name:type, such as year:number.');
  return [...before, [text.slice(0, colon), text.slice(colon + 1)]];
}

/** What is searched as text, and how many times its words count. */
export interface SearchTextOption {
  readonly name: string;
  readonly weight: number;
}

/** `title=2,text`: names with weights; 1 where none is given. */
export function searchTextList(text: string): SearchTextOption[] {
  return nameList(text).map((part) => {
    const at = part.lastIndexOf('=');
    if (at === -1) return { name: part, weight: 1 };
    const weight = Number(part.slice(at + 1));
    if (at > 0 && weight > 0) return { name: part.slice(0, at), weight };
    throw new InvalidArgumentError('expected name or name=weight, such as title=2,text.');
  });
}

/** A filter as JSON. */
export function filterJson(text: string): Filter {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('it is not JSON.');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Filter;
  throw new InvalidArgumentError('expected a JSON object.');
}

/** What the command line says of a collection. */
export interface SchemaInput {
  readonly vectors?: string;
  readonly vector?: string;
  readonly text?: string;
  readonly dimension?: number;
  readonly metric?: Metric;
  readonly field?: readonly FieldOption[];
  readonly searchText?: readonly SearchTextOption[];
  readonly language?: string;
}

/** Whether documents of a new collection get vectors. */
export function hasVectors({ vectors, vector, dimension, metric }: SchemaInput): boolean {
  return [vectors, vector, dimension, metric].some((said) => said !== undefined);
}

/** What is searched as text in a new collection: what was named, or the documents' text. */
function searchedTexts({ text, searchText, language }: SchemaInput): readonly SearchTextOption[] {
  if (searchText !== undefined) return searchText;
  const isSearched = text !== undefined || language !== undefined;
  return isSearched ? [{ name: 'text', weight: 1 }] : [];
}

/** What a new collection is made of. `dimension` is that of the vectors, where it has some. */
export function schemaOf(input: SchemaInput, dimension: number | undefined): SchemaOptions {
  const { metric, field = [], language } = input;
  const fields = searchedTexts(input);
  const vector = dimension === undefined ? undefined : { dimension, ...(metric && { metric }) };
  const text = { fields, ...(language !== undefined && { language }) } as SchemaOptions['text'];
  return {
    ...(vector && { vector }),
    fields: Object.fromEntries(field) as NonNullable<SchemaOptions['fields']>,
    ...(text && fields.length > 0 && { text }),
  };
}

/**
 * Refuses options that say something else of a collection than it is made of.
 *
 * @throws UsageError
 */
export function assertSchema(folder: string, input: SchemaInput, schema: Schema): void {
  const { dimension, metric, field = [], searchText, language } = input;
  const compare = (option: string, said: unknown, kept: unknown): void => {
    if (said === undefined || JSON.stringify(said) === JSON.stringify(kept)) return;
    const [asked, got] = [JSON.stringify(said), kept === undefined ? 'none' : JSON.stringify(kept)];
    throw new UsageError(
      `${option} says ${asked}, but the collection in ${folder} has ${got}: leave it out, or ` +
        'import into a new folder',
    );
  };
  compare('--dimension', dimension, schema.vector?.dimension);
  compare('--metric', metric, schema.vector?.metric);
  for (const [name, type] of field) {
    const kept = ownValue(schema.fields, name);
    compare(`--field ${name}`, type, kept);
  }
  compare('--search-text', searchText, schema.text?.fields);
  compare('--language', language, schema.text?.language);
}
