/** The plot of churn: the recall of everybody over the rounds, one panel for each workload. */
import type { Report, Row } from '../harness/report.ts';
import type { Line, Panels } from './draw.ts';
import { distinct } from './rows.ts';

/** The axis begins at a step below all that is drawn. */
const STEP = 0.01;

/** Undefined where there is no result with more than one moment of a workload. */
export function churnPanels(report: Report | undefined): Panels | undefined {
  const looks = (report?.tables.looks ?? []).filter(({ fresh }) => fresh === false);
  const names = distinct(looks, 'name');
  const panels = distinct(looks, 'workload')
    .map((workload) => {
      const own = looks.filter((row) => row.workload === workload);
      return { title: workload, lines: names.map((name) => recallLine(own, name)) };
    })
    .filter(({ lines }) => lines.some(({ points }) => points.length > 2));
  if (panels.length === 0) return undefined;
  const recalls = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points));
  const least = Math.min(...recalls.map(({ y }) => y));
  const bottom = Math.max(0, Math.floor(least / STEP) * STEP);
  return {
    title: `recall@10 while vectors are replaced, efSearch ${report?.parameters.efSearch}`,
    ...{ x: 'rounds', panels },
    domain: [bottom, 1],
  };
}

function recallLine(rows: readonly Row[], name: string): Line {
  const own = rows.filter((row) => row.name === name);
  return {
    name,
    ours: own.every(({ peer }) => peer === false),
    points: own.map(({ round, recall }) => ({ x: Number(round), y: Number(recall) })),
  };
}
