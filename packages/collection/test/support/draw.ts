// Documents, filters and queries drawn from a seed.

import type { Random } from '@nigh/testkit';
import type { Key } from '../../src/index.ts';
import type { PlainDocument, PlainSchema } from './plain.ts';

/** Few keys, so that writes meet; numbers and strings that look alike. */
export const KEYS: readonly Key[] = [
  ...[0, 1, 2, 3, -4, 2 ** 53 - 1],
  ...['0', '1', 'n1', 's1', '__proto__', 'ключ', '🔑', 'a/b', ' '],
];
const WORDS = ['alpha', 'beta', 'gamma', 'delta', 'the', 'beta', 'zeta', 'omega'];
const YEARS = [-1, 0, 0.5, 1990, 2000, 2000, 2024];
const DAYS = ['2020-01-01', '2021-06-30T12:00:00.250Z', '2020-01-01T00:00:00+02:00'];

export const pick = <T>(random: Random, list: readonly T[]): T =>
  list[random.integer(0, list.length)] as T;

function some<T>(random: Random, list: readonly T[], most: number): T[] {
  return Array.from({ length: random.integer(0, most + 1) }, () => pick(random, list));
}

const words = (random: Random, most: number): string => some(random, WORDS, most).join(' ');

/** Metadata in which any field may be missing, and more than the declared fields. */
export function drawMetadata(random: Random): Record<string, unknown> {
  const fields: Record<string, () => unknown> = {
    year: () => pick(random, YEARS),
    name: () => words(random, 3),
    flag: () => random.uniform() < 0.5,
    when: () => new Date(pick(random, DAYS)),
    tags: () => some(random, WORDS, 3),
    marks: () => some(random, YEARS, 3),
    more: () => ({ deep: [null, { year: 'not a field' }], ' ': '\ud800' }),
  };
  const drawn = Object.entries(fields).filter(() => random.uniform() < 0.7);
  return Object.fromEntries(drawn.map(([name, value]) => [name, value()]));
}

/** Mostly different vectors, some the same, never zero. */
export function drawVector(random: Random, dimension: number): Float32Array {
  if (random.uniform() < 0.15) return new Float32Array(dimension).fill(1);
  return Float32Array.from({ length: dimension }, () => random.normal());
}

export function drawDocument(
  random: Random,
  { dimension, hasVectors }: PlainSchema,
): PlainDocument {
  return {
    key: pick(random, KEYS),
    ...(hasVectors && { vector: drawVector(random, dimension) }),
    metadata: drawMetadata(random),
    ...(random.uniform() < 0.8 && { text: words(random, 6) }),
  };
}

export function drawQueryText(random: Random): string {
  return `${pick(random, ['alpha', 'beta', 'zeta', 'missing'])} ${words(random, 3)}`;
}

function drawLeaf(random: Random): Record<string, unknown> {
  const leaves: readonly (() => Record<string, unknown>)[] = [
    () => ({ year: pick(random, YEARS) }),
    () => ({ year: { $gte: pick(random, YEARS), $lt: pick(random, YEARS) } }),
    () => ({ year: { $in: [...some(random, YEARS, 2), null] } }),
    () => ({ name: { $ne: words(random, 2) } }),
    () => ({ name: { $gt: pick(random, WORDS) } }),
    () => ({ flag: random.uniform() < 0.5 }),
    () => ({ flag: { $exists: random.uniform() < 0.5 } }),
    () => ({ when: { $lte: new Date(pick(random, DAYS)) } }),
    () => ({ when: { $gt: new Date(pick(random, DAYS)) } }),
    () => ({ tags: pick(random, WORDS) }),
    () => ({ tags: { $nin: some(random, WORDS, 2) } }),
    () => ({ marks: { $gt: pick(random, YEARS) } }),
    () => ({ marks: { $not: { $gte: pick(random, YEARS) } } }),
    () => ({}),
  ];
  return pick(random, leaves)();
}

/** A filter of a few conditions. */
export function drawFilter(random: Random, depth = 0): Record<string, unknown> {
  const draw = random.uniform();
  if (depth > 1 || draw < 0.6) return drawLeaf(random);
  const parts = Array.from({ length: 2 }, () => drawFilter(random, depth + 1));
  if (draw < 0.75) return { $and: parts };
  return draw < 0.9 ? { $or: parts } : { $not: parts[0] };
}
