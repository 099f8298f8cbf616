// Naive models of what becomes of proposed neighbors: sorted, cut and selected by RobustPrune in
// two passes, from sets and plain arrays.

import * as F from '../../src/hot/fields.ts';
import type { Metric } from '../../src/memory/layout.ts';
import type { CodeRows } from './coded-segment.ts';
import { type Candidate, naiveCodeDistance, naiveSelect, rank } from './naive.ts';

/** What is selected from, and how. */
export interface StitchRules {
  readonly rows: CodeRows;
  readonly metric: Metric;
  /** What the second pass multiplies distances by. */
  readonly alpha: number;
}

function distanceIn({ rows, metric }: StitchRules): (a: number, b: number) => number {
  const plain = rows.map((row) => Array.from(row));
  return (a, b) => naiveCodeDistance(metric, plain[a], plain[b]);
}

/** The `limit` nearest of the slots other than `slot`, each once, in the order of results. */
export function nearestOf(
  rules: StitchRules,
  slot: number,
  list: readonly number[],
  limit: number,
): Candidate[] {
  const between = distanceIn(rules);
  const others = [...new Set(list)].filter((other) => other !== F.NONE && other !== slot);
  return rank(others, (other) => between(slot, other)).slice(0, limit);
}

/** What is selected from `candidates`, at most `limit`. */
export function selected(
  rules: StitchRules,
  candidates: readonly Candidate[],
  limit: number,
): number[] {
  const { rows, alpha } = rules;
  const isCopy = (a: number, b: number): boolean => String(rows[a]) === String(rows[b]);
  return naiveSelect(candidates, { between: distanceIn(rules), isCopy, limit, alpha });
}

/** The forward neighbors: selected from four times as many candidates, the nearest. */
export function naiveForward(
  rules: StitchRules,
  slot: number,
  list: readonly number[],
  limit: number,
): number[] {
  return selected(rules, nearestOf(rules, slot, list, 4 * limit), limit);
}

/** A row with room for `cap`: all of `list`, or a selection that leaves a tenth of it free. */
export function naiveRow(
  rules: StitchRules,
  slot: number,
  list: readonly number[],
  cap: number,
): number[] {
  const all = [...new Set(list)];
  if (all.length <= cap) return all;
  const free = Math.floor((cap * 102) / 1024);
  return selected(rules, nearestOf(rules, slot, list, 512), cap - free);
}
