/**
 * What a program hands over: one JSON document with everything needed to repeat and to judge it.
 * The Markdown tables are generated from these files and from nothing else (tables/).
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine, type Machine, machineLine } from './machine.ts';

export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** One of our figures beside a peer's, from the same run and at the recall the two rows state. */
export interface Comparison {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly unit: string;
  readonly ourValue: number;
  readonly peerValue: number;
  /** Above 1 we are better: the unit's direction is already taken into account. */
  readonly ratio: number;
  readonly recall: string;
}

/** A figure that was promised before it was measured. */
export interface Goal {
  readonly goal: string;
  readonly measured: number;
  readonly required: number;
  /** Whether `measured` has to be at least or at most `required`. */
  readonly direction: 'at least' | 'at most';
}

export interface ReportBody {
  readonly program: string;
  /** The command that repeats it, run from the root of the workspace. */
  readonly command: string;
  readonly data: Readonly<Record<string, Cell>> & { readonly description: string };
  readonly parameters: Readonly<Record<string, Cell | readonly number[]>>;
  /** How the figures were taken, for somebody who doubts them. */
  readonly method: readonly string[];
  readonly tables: Readonly<Record<string, readonly Row[]>>;
  readonly comparisons: readonly Comparison[];
  readonly goals: readonly Goal[];
}

export interface Report extends ReportBody {
  readonly date: string;
  readonly machine: Machine;
}

export const RESULTS_FOLDER: string = join(import.meta.dirname, '..', 'results');

export function goalIsMet(goal: Goal): boolean {
  return goal.direction === 'at least'
    ? goal.measured >= goal.required
    : goal.measured <= goal.required;
}

/**
 * Prints the report; with `save` also writes `results/<program>-<date>.json` and says where. Only a
 * run with the program's own defaults may be saved, or a quick look would become the newest result.
 */
export function publish(body: ReportBody, save: boolean): Report {
  const report = completeReport(body);
  printReport(report, Object.keys(report.tables));
  if (save) console.log(`\nwritten: ${writeReport(report, RESULTS_FOLDER)}`);
  return report;
}

/** With the date and the machine, which are those of this moment. */
export function completeReport(body: ReportBody): Report {
  return { ...body, date: new Date().toISOString(), machine: describeMachine() };
}

/** @param tables the ones to print, by name. */
export function printReport(report: Report, tables: readonly string[]): void {
  console.log(`\n${report.program}: ${report.data.description}\n${machineLine(report.machine)}`);
  for (const name of tables) {
    console.log(`\n${name}`);
    console.table(report.tables[name]);
  }
  for (const goal of report.goals) {
    const verdict = goalIsMet(goal) ? 'met   ' : 'MISSED';
    const limit = `${goal.direction} ${goal.required}`;
    console.log(`${verdict} ${goal.goal}: ${goal.measured} (${limit})`);
  }
}

/** Writes one report and returns its path. */
export function writeReport(report: Report, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const stamp = report.date.slice(0, 16).replaceAll(/[-:]/g, '');
  const path = join(folder, `${report.program}-${stamp}.json`);
  writeFileSync(path, reportText(report));
  return path;
}

/** What a result file holds. */
export function reportText(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** The newest report of every program, by the date inside: a checkout keeps no file times. */
export function newestReports(folder: string): Map<string, Report> {
  const newest = new Map<string, Report>();
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.json')) continue;
    const report = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Report;
    const known = newest.get(report.program);
    if (known === undefined || known.date <= report.date) newest.set(report.program, report);
  }
  return newest;
}
