// A collection as naive as possible: documents in a Map, everything found by looking at all of
// them. What the real one answers is held against this.

import { exactDistance, type Metric } from '@nigh/testkit';
import type { Key } from '../../src/index.ts';

/** A document of the plain collection. */
export interface PlainDocument {
  readonly key: Key;
  readonly vector?: Float32Array;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly text?: string;
}

/** What a plain collection is made of. */
export interface PlainSchema {
  readonly dimension: number;
  readonly metric: Metric;
  readonly hasVectors: boolean;
  readonly hasText: boolean;
}

/** The fields of the metadata that models filter by. */
export const FIELDS = {
  year: 'number',
  name: 'string',
  flag: 'boolean',
  when: 'date',
  tags: 'string[]',
  marks: 'number[]',
} as const;

/** Texts of models are searched without stems, so that a word is what stands between blanks. */
export const TEXT = {
  fields: { text: {}, name: { weight: 2.5 }, tags: { weight: 0.5 } },
  stem: false,
  stopWords: ['the'],
  k1: 1.4,
  b: 0.6,
} as const;

/** The one text that stands for a key, so that 1 and '1' differ. */
export function keyText(key: Key): string {
  return `${typeof key} ${Object.is(key, -0) ? 0 : key}`;
}

const comparable = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value);

type Test = (value: unknown, operand: unknown) => boolean;

const ORDER: Readonly<Record<string, (a: never, b: never) => boolean>> = {
  $gt: (a, b) => a > b,
  $gte: (a, b) => a >= b,
  $lt: (a, b) => a < b,
  $lte: (a, b) => a <= b,
};

const isEqual: Test = (value, operand) => {
  if (operand === null) return value === undefined || value === null;
  const list = Array.isArray(value) ? value : [value];
  return list.some((one) => comparable(one) === comparable(operand));
};

function meets(value: unknown, operator: string, operand: unknown): boolean {
  if (operator === '$eq') return isEqual(value, operand);
  if (operator === '$ne') return !isEqual(value, operand);
  if (operator === '$in') return (operand as unknown[]).some((one) => isEqual(value, one));
  if (operator === '$nin') return !(operand as unknown[]).some((one) => isEqual(value, one));
  if (operator === '$exists') return (value !== undefined && value !== null) === operand;
  if (operator === '$not') return !meetsAll(value, operand as object);
  const compare = ORDER[operator] as (a: unknown, b: unknown) => boolean;
  const list = Array.isArray(value) ? value : [value];
  return list.some(
    (one) => one !== undefined && one !== null && compare(comparable(one), comparable(operand)),
  );
}

function meetsAll(value: unknown, operators: object): boolean {
  return Object.entries(operators).every(([operator, operand]) => meets(value, operator, operand));
}

const isOperators = (condition: unknown): condition is object =>
  typeof condition === 'object' && condition !== null && !(condition instanceof Date);

/** Whether metadata meets a filter written as an object. */
export function matches(metadata: Readonly<Record<string, unknown>>, filter: object): boolean {
  return Object.entries(filter).every(([name, condition]) => {
    if (name === '$and') return (condition as object[]).every((part) => matches(metadata, part));
    if (name === '$or') return (condition as object[]).some((part) => matches(metadata, part));
    if (name === '$not') return !matches(metadata, condition as object);
    const value = Object.hasOwn(metadata, name) ? metadata[name] : undefined;
    return isOperators(condition) ? meetsAll(value, condition) : isEqual(value, condition);
  });
}

const wordsOf = (text: string): string[] =>
  text.split(/[\s.]+/).filter((word) => word !== '' && word !== 'the');

function textsOf({ text, metadata }: PlainDocument): Record<string, string[]> {
  const { name, tags } = metadata;
  return {
    text: wordsOf(text ?? ''),
    name: wordsOf((name as string | undefined) ?? ''),
    tags: wordsOf(((tags as string[] | undefined) ?? []).join(' ')),
  };
}

/** A document and what it is worth. */
export interface Worth {
  readonly document: PlainDocument;
  readonly value: number;
}

/** BM25F of every document that has a term of the query, in the order of the documents. */
export function textScores(all: readonly PlainDocument[], query: string): Worth[] {
  const texts = all.map(textsOf);
  const average = (field: string): number => {
    const lengths = texts.map((text) => text[field]?.length ?? 0).filter((length) => length > 0);
    return lengths.length === 0 ? 1 : lengths.reduce((a, b) => a + b) / lengths.length;
  };
  const fields = Object.entries(TEXT.fields as Record<string, { weight?: number }>);
  const averages = new Map(fields.map(([field]) => [field, average(field)]));
  const values = all.map(() => 0);
  for (const term of wordsOf(query)) {
    const times = (i: number, field: string): number =>
      (texts[i]?.[field] ?? []).filter((word) => word === term).length;
    const having = all.filter((_, i) => fields.some(([field]) => times(i, field) > 0)).length;
    const idf = Math.log(1 + (all.length - having + 0.5) / (having + 0.5));
    for (const i of all.keys()) {
      let weight = 0;
      for (const [field, options] of fields) {
        const length = texts[i]?.[field]?.length ?? 0;
        const norm = 1 - TEXT.b + (TEXT.b * length) / (averages.get(field) ?? 1);
        weight += ((options.weight ?? 1) * times(i, field)) / norm;
      }
      if (weight > 0) values[i] += (idf * (TEXT.k1 + 1) * weight) / (TEXT.k1 + weight);
    }
  }
  return all.flatMap((document, i) => (values[i] > 0 ? [{ document, value: values[i] }] : []));
}

/** The distance of every document to a query, in the order of the documents. */
export function distances(
  all: readonly PlainDocument[],
  query: ArrayLike<number>,
  schema: PlainSchema,
): Worth[] {
  return all.map((document) => ({
    document,
    value: exactDistance(document.vector ?? [], query, 0, schema),
  }));
}

/** Ascending, the documents' order where they are equal. */
export const nearestFirst = (list: readonly Worth[]): Worth[] =>
  [...list].sort((a, b) => a.value - b.value);
/** Descending, the documents' order where they are equal. */
export const bestFirst = (list: readonly Worth[]): Worth[] =>
  [...list].sort((a, b) => b.value - a.value);

/** The larger the better. */
export function similarity(distance: number, metric: Metric): number {
  if (metric === 'cosine') return 1 - distance;
  return metric === 'dot' ? -distance : 1 / (1 + distance);
}

/** Scores by key of two rankings, the best first in each. */
export function reciprocalRanks(
  near: readonly Worth[],
  found: readonly Worth[],
  { k, weight }: { readonly k: number; readonly weight: number },
): Map<string, number> {
  const scores = new Map<string, number>();
  for (const [list, share] of [
    [near, weight],
    [found, 1 - weight],
  ] as const) {
    for (const [i, { document }] of list.entries()) {
      const key = keyText(document.key);
      scores.set(key, (scores.get(key) ?? 0) + share / (k + i + 1));
    }
  }
  return scores;
}

function toUnit(values: readonly number[], least: number | undefined): number[] {
  const min = least ?? Math.min(...values);
  const range = Math.max(...values) - min;
  if (range > 0) return values.map((value) => (value - min) / range);
  return values.map(() => (least === undefined ? 1 : 0));
}

/** Scores by key of a weighted sum, of all documents that have a distance. */
export function weightedSum(
  near: readonly Worth[],
  found: readonly Worth[],
  {
    weight,
    metric,
    isTheoretical,
  }: {
    readonly weight: number;
    readonly metric: Metric;
    readonly isTheoretical: boolean;
  },
): Map<string, number> {
  const texts = new Map(found.map(({ document, value }) => [keyText(document.key), value]));
  const keys = near.map(({ document }) => keyText(document.key));
  const least = isTheoretical && metric === 'cosine' ? -1 : undefined;
  const byVector = toUnit(
    near.map(({ value }) => similarity(value, metric)),
    least,
  );
  const byText = toUnit(
    keys.map((key) => texts.get(key) ?? 0),
    isTheoretical ? 0 : undefined,
  );
  return new Map(keys.map((key, i) => [key, weight * byVector[i] + (1 - weight) * byText[i]]));
}
