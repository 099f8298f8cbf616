/**
 * Where we lose: every comparison at equal recall that a peer wins, and every goal that was missed.
 * Generated from all newest results, so that no loss can be left out by hand.
 */
import { type Comparison, type Goal, goalIsMet, type Report, type Row } from '../harness/report.ts';
import { type Column, markdownTable, plain, ratioText } from './markdown.ts';

const COMPARISON_COLUMNS: readonly Column[] = [
  { key: 'what', title: 'what' },
  { key: 'recall', title: 'at' },
  { key: 'ours', title: 'ours' },
  { key: 'peer', title: 'peer' },
  { key: 'ourValue', title: 'our figure' },
  { key: 'peerValue', title: "the peer's" },
  { key: 'ratio', title: 'ratio', format: ratioText },
];

const GOAL_COLUMNS: readonly Column[] = [
  { key: 'goal', title: 'goal' },
  { key: 'limit', title: 'required' },
  { key: 'measured', title: 'measured' },
];

type Reports = ReadonlyMap<string, Report>;

/** The two lists under one heading each, or a sentence that there is nothing to list. */
export function lossesTable(reports: Reports): string {
  const all = [...reports.values()];
  if (all.length === 0) return 'No result has been committed.';
  const lost = all.flatMap(({ comparisons }) => comparisons.filter(({ ratio }) => ratio < 1));
  const missed = all.flatMap(({ goals }) => goals.filter((goal) => !goalIsMet(goal)));
  return [
    lost.length === 0
      ? 'In the committed results no peer was faster at equal recall, or found more.'
      : `A peer was faster at equal recall, or found more:\n\n${comparisonTable(lost)}`,
    missed.length === 0
      ? 'Every goal was met.'
      : `Goals that were missed:\n\n${markdownTable(GOAL_COLUMNS, missed.map(goalRow))}`,
  ].join('\n\n');
}

/** All goals with their verdict, met or not. */
export function verdictsTable(reports: Reports): string {
  const goals = [...reports.values()].flatMap((report) => report.goals);
  if (goals.length === 0) return 'No result has been committed.';
  const columns = [...GOAL_COLUMNS, { key: 'verdict', title: 'verdict' }];
  return markdownTable(columns, goals.map(goalRow));
}

function comparisonTable(comparisons: readonly Comparison[]): string {
  const withUnit = (value: number, unit: string) => `${plain(value)} ${unit}`;
  const rows = comparisons.map((comparison) => ({
    ...comparison,
    ourValue: withUnit(comparison.ourValue, comparison.unit),
    peerValue: withUnit(comparison.peerValue, comparison.unit),
  }));
  return markdownTable(COMPARISON_COLUMNS, rows);
}

function goalRow(goal: Goal): Row {
  return {
    goal: goal.goal,
    limit: `${goal.direction} ${goal.required}`,
    measured: goal.measured,
    verdict: goalIsMet(goal) ? 'met' : 'missed',
  };
}
