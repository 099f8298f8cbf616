// Holds a collection against a plain one: what it lists, counts and finds.

import { expect } from 'vitest';
import type { Collection, Hit, Key, StoredDocument } from '../../src/index.ts';
import { FIELDS, keyText, type PlainDocument, type PlainSchema, type Worth } from './plain.ts';

/** How far a distance may be from the exact one. */
const DISTANCE_SLACK = 1e-5;
const SCORE_SLACK = 1e-9;

/** A vector as it is given back: of unit length where the metric is cosine. */
function keptVector(vector: ArrayLike<number>, { metric }: PlainSchema): number[] {
  const list = Array.from(vector);
  if (metric !== 'cosine') return list;
  const length = Math.hypot(...list);
  return list.map((value) => value / length);
}

/** Holds one document against the plain one. */
export function expectDocument(
  found: StoredDocument | undefined,
  wanted: PlainDocument,
  schema: PlainSchema,
): void {
  expect(found?.key).toBe(wanted.key);
  expect(found?.metadata).toStrictEqual(wanted.metadata);
  expect(found?.text).toBe(wanted.text);
  const { vector } = found ?? {};
  if (!schema.hasVectors) return void expect(vector).toBe(undefined);
  const kept = keptVector(wanted.vector ?? [], schema);
  expect(vector).toBeInstanceOf(Float32Array);
  if (schema.metric !== 'cosine') expect([...(vector ?? [])]).toEqual(kept);
  for (const [i, value] of kept.entries()) expect(vector?.[i]).toBeCloseTo(value, 5);
}

/** What a plain collection knows, by the text of the key, in the order in which it came. */
export type PlainDocuments = Map<string, PlainDocument>;

/** Everything that must hold whatever was done. */
export async function expectSame(
  collection: Collection,
  plain: PlainDocuments,
  schema: PlainSchema,
): Promise<void> {
  expect(await collection.verify()).toEqual([]);
  expect(collection.count()).toBe(plain.size);
  const { count, rows, garbage, index } = collection.stats();
  expect([count, rows >= count, garbage >= 0]).toEqual([plain.size, true, true]);
  if (index) expect(index.count).toBe(plain.size);
  const listed: StoredDocument[] = [];
  for await (const one of collection.documents({ vectors: true })) listed.push(one);
  expect(listed.map(({ key }) => key)).toEqual([...plain.values()].map(({ key }) => key));
  for (const found of listed) {
    expectDocument(found, plain.get(keyText(found.key)) as PlainDocument, schema);
  }
}

/** The distances of what was found are those of the nearest, ties aside. */
export function expectNearest(hits: readonly Hit[], nearest: readonly Worth[], k: number): void {
  expect(hits.length).toBe(Math.min(k, nearest.length));
  const byKey = new Map(nearest.map((one) => [keyText(one.document.key), one.value]));
  for (const [i, { key, distance, metadata }] of hits.entries()) {
    const own = byKey.get(keyText(key));
    expectNear(distance, own);
    expectNear(distance, nearest[i]?.value);
    const { document } = nearest.find((one) => one.document.key === key) as Worth;
    expect(metadata).toStrictEqual(document.metadata);
  }
  expectUnique(hits);
}

function expectNear(found: number | undefined, wanted: number | undefined): void {
  const slack = DISTANCE_SLACK * Math.max(1, Math.abs(wanted ?? 0));
  expect(Math.abs((found ?? Number.NaN) - (wanted ?? Number.NaN))).toBeLessThanOrEqual(slack);
}

function expectUnique(hits: readonly { readonly key: Key }[]): void {
  expect(new Set(hits.map(({ key }) => keyText(key))).size).toBe(hits.length);
}

/** The text scores of what was found are those of the best, ties aside. */
export function expectBest(hits: readonly Hit[], best: readonly Worth[], k: number): void {
  expect(hits.length).toBe(Math.min(k, best.length));
  const byKey = new Map(best.map((one) => [keyText(one.document.key), one.value]));
  for (const [i, { key, score, textScore }] of hits.entries()) {
    expect(score).toBe(textScore);
    expect(Math.abs(score - (byKey.get(keyText(key)) ?? Number.NaN))).toBeLessThan(SCORE_SLACK);
    expect(Math.abs(score - (best[i]?.value ?? Number.NaN))).toBeLessThan(SCORE_SLACK);
  }
  expectUnique(hits);
}

/** The scores of what was found are those of a fusion, up to a factor, ties aside. */
export function expectFused(
  hits: readonly Hit[],
  scores: ReadonlyMap<string, number>,
  { k, slack }: { readonly k: number; readonly slack: number },
): void {
  expect(hits.length).toBe(Math.min(k, scores.size));
  const best = [...scores.values()].sort((a, b) => b - a);
  const factor = best[0] ? (hits[0]?.score ?? 0) / best[0] : 1;
  for (const [i, { key, score }] of hits.entries()) {
    const own = factor * (scores.get(keyText(key)) ?? Number.NaN);
    expect(Math.abs(score - own)).toBeLessThan(slack);
    expect(Math.abs(score - factor * (best[i] ?? Number.NaN))).toBeLessThan(slack);
  }
  expectUnique(hits);
}

/** What a collection of models is opened with. */
export function openOptions(
  { hasVectors, hasText, dimension, metric }: PlainSchema,
  text: object,
): Record<string, unknown> {
  return {
    ...(hasVectors && { vector: { dimension, metric, flatThreshold: 0 } }),
    ...(hasText && { text }),
    fields: FIELDS,
    threads: 1,
  };
}
