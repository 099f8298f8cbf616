/** Questions that tables, plots and figures ask of the rows of a result. */
import type { Row } from '../harness/report.ts';

/** Our index with its default options, among contestants. */
export const OURS = 'nigh';

/** Ours is called `nigh`, or `nigh` and what was chosen besides. */
export function isOurs(name: unknown): boolean {
  return name === OURS || String(name).startsWith(`${OURS} `);
}

/** The values of a field as texts, each once, in the order of the rows; what is missing is none. */
export function distinct(rows: readonly Row[], key: string): string[] {
  const values = rows.map((row) => row[key]).filter((value) => (value ?? null) !== null);
  return [...new Set(values.map(String))];
}

/** The first row whose fields are these. */
export function rowWhere(rows: readonly Row[], wanted: Row): Row | undefined {
  return rows.find((row) => Object.entries(wanted).every(([key, value]) => row[key] === value));
}
