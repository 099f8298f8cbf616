// One ranking of two: of vectors and of text. By ranks (reciprocal rank fusion; Cormack, Clarke and
// Büttcher, 2009), which needs no tuning, or by scores (a convex combination; Bruch, Gai and
// Ingber, 2023), which is better where the weight is tuned.

import { assertChoice, assertNumber, assertOptions } from '@nigh/base';
import { optionCheck } from '../errors.ts';

/**
 * Reciprocal ranks: the sum of 1 / (k + rank), each times twice its weight (Cormack, Clarke and
 * Büttcher, 2009).
 */
export interface RankFusion {
  /** By the places in both rankings. */
  readonly kind: 'rrf';
  /** How much the first ranks count beside later ones: the less, the larger. Default 60. */
  readonly k?: number;
  /** What the vectors count, from 0 to 1; the text counts the rest. Default 0.5. */
  readonly weight?: number;
}

/** A weighted sum of scores, brought to [0, 1] first (Bruch, Gai and Ingber, 2023). */
export interface ScoreFusion {
  /** By the scores of both. */
  readonly kind: 'convex';
  /** What the vectors count, from 0 to 1; the text counts the rest. Default 0.5. */
  readonly weight?: number;
  /**
   * What becomes 0: the least of the candidates ('min-max', the default), or the least there can be
   * ('theoretical'; under l2 and dot, which have none for vectors, the least of the candidates).
   */
  readonly normalization?: 'min-max' | 'theoretical';
}

/** How two rankings become one: by name, with defaults, or with settings. */
export type FusionOption = 'rrf' | 'convex' | RankFusion | ScoreFusion;

/** The same, with every default filled in. */
export interface Fusion {
  readonly kind: 'rrf' | 'convex';
  readonly k: number;
  readonly weight: number;
  readonly normalization: 'min-max' | 'theoretical';
}

const DEFAULT_RRF_K = 60;
const MAX_RRF_K = 1_000_000;

/** @throws {CollectionError} INVALID_OPTION */
export function readFusion(option: unknown): Fusion {
  const given = typeof option === 'object' ? option : { kind: option ?? 'rrf' };
  const { kind } = assertOptions(
    given,
    ['kind', 'k', 'weight', 'normalization'],
    optionCheck('fusion'),
  );
  const chosen = assertChoice(kind, ['rrf', 'convex'], optionCheck('fusion.kind'));
  const names = chosen === 'rrf' ? ['kind', 'k', 'weight'] : ['kind', 'weight', 'normalization'];
  const { k, weight, normalization } = assertOptions(
    given,
    names,
    optionCheck(`fusion '${chosen}'`),
  );
  return {
    kind: chosen,
    k: assertNumber(k ?? DEFAULT_RRF_K, [0, MAX_RRF_K], optionCheck('fusion.k')),
    weight: assertNumber(weight ?? 0.5, [0, 1], optionCheck('fusion.weight')),
    normalization: assertChoice(
      normalization ?? 'min-max',
      ['min-max', 'theoretical'],
      optionCheck('fusion.normalization'),
    ),
  };
}

/** A row and what it is worth. */
export interface Ranked {
  readonly row: number;
  readonly score: number;
}

/** Descending by score; of equal ones the smaller row first. */
export function rank(scores: ReadonlyMap<number, number>, k: number): Ranked[] {
  return [...scores]
    .map(([row, score]) => ({ row, score }))
    .sort((a, b) => b.score - a.score || a.row - b.row)
    .slice(0, k);
}

/** The scores of rows by their ranks in two lists, the best first in each. */
export function fuseRanks(
  byVector: ArrayLike<number>,
  byText: ArrayLike<number>,
  { k, weight }: Pick<Fusion, 'k' | 'weight'>,
): Map<number, number> {
  const scores = new Map<number, number>();
  const add = (rows: ArrayLike<number>, share: number): void => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      scores.set(row, (scores.get(row) ?? 0) + share / (k + i + 1));
    }
  };
  add(byVector, 2 * weight); // with equal weights the sum of plain reciprocal ranks
  add(byText, 2 * (1 - weight));
  return scores;
}

/** Scores of candidates, the larger the better, and the least there can be. */
export interface Scores {
  readonly values: ArrayLike<number>;
  readonly least?: number;
}

/**
 * `values` brought to [0, 1]. Where none is better than another: all to 1, or to 0 where they are
 * the least there can be.
 */
function normalize({ values, least }: Scores, kind: Fusion['normalization']): number[] {
  const list = Array.from(values);
  const isBounded = kind === 'theoretical' && least !== undefined;
  const min = isBounded ? least : list.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const max = list.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const range = max - min;
  if (range > 0) return list.map((value) => (value - min) / range);
  return list.map(() => (isBounded ? 0 : 1));
}

/** The scores of rows by the scores that vectors and text give them: one of each for every row. */
export function fuseScores(
  rows: ArrayLike<number>,
  vector: Scores,
  text: Scores,
  { weight, normalization }: Pick<Fusion, 'weight' | 'normalization'>,
): Map<number, number> {
  const [byVector, byText] = [normalize(vector, normalization), normalize(text, normalization)];
  return new Map(
    Array.from(rows, (row, i) => [
      row,
      weight * (byVector[i] as number) + (1 - weight) * (byText[i] as number),
    ]),
  );
}
