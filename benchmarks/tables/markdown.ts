/**
 * Rows to Markdown. Numbers are written the same way everywhere: thousands apart, no digits that
 * the measurement does not carry.
 */
import type { Cell, Row } from '../harness/report.ts';

export interface Column {
  /** The field of the row. */
  readonly key: string;
  readonly title: string;
  /** How the cell is written; plain when left out. */
  readonly format?: (value: Cell) => string;
}

/** Columns that are called what their keys are. */
export function columns(...keys: readonly string[]): Column[] {
  return keys.map((key) => ({ key, title: key }));
}

export function markdownTable(columns: readonly Column[], rows: readonly Row[]): string {
  const header = columns.map(({ title }) => title);
  const rule = columns.map(({ key }) => (rows.some((row) => isNumber(row[key])) ? '---:' : '---'));
  const cells = rows.map((row) =>
    columns.map(({ key, format = plain }) => format(row[key] ?? null).replaceAll('|', '\\|')),
  );
  return [header, rule, ...cells].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/** Text as it is, numbers with thousands apart, nothing as a dash. */
export function plain(value: Cell): string {
  if (value === null) return '-';
  if (!isNumber(value)) return String(value);
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}

/** A recall: four decimals, so that 0.99 and 0.9904 stay apart. */
export function recallText(value: Cell): string {
  return isNumber(value) ? value.toFixed(4) : plain(value);
}

export function ratioText(value: Cell): string {
  return isNumber(value) ? `${plain(value)}x` : plain(value);
}

function isNumber(value: Cell | undefined): value is number {
  return typeof value === 'number';
}
