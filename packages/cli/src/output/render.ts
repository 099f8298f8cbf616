// Text for people: tables, lists of facts, numbers with units, colour. Widths are counted before
// colour is added, because escape sequences have no width on screen.

import { styleText } from 'node:util';

/** Colours by meaning; plain text when the stream is not a colour terminal. */
export interface Paint {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

/** What decides about colour: `tty.WriteStream` has it all, and heeds NO_COLOR. */
export interface ColorStream {
  readonly isTTY?: boolean;
  hasColors?(): boolean;
}

export function paintFor(stream: ColorStream): Paint {
  const hasColors = stream.isTTY === true && stream.hasColors?.() === true;
  type Style = Parameters<typeof styleText>[0];
  const style = (format: Style) => (text: string) =>
    hasColors ? styleText(format, text, { validateStream: false }) : text;
  return { strong: style('bold'), faint: style('dim'), good: style('green'), bad: style('red') };
}

/** One column of a table: its title, and the text of each of its cells. */
export interface Column {
  readonly title: string;
  readonly cells: readonly string[];
  readonly align?: 'left' | 'right';
}

/** A table with a heading and a rule under it, indented by two spaces. */
export function renderTable(columns: readonly Column[], paint: Paint): string {
  const padded = columns.map(({ title, cells, align = 'right' }) => {
    const width = Math.max(title.length, ...cells.map((cell) => cell.length));
    const pad = (text: string) => (align === 'left' ? text.padEnd(width) : text.padStart(width));
    return { title: pad(title), rule: '─'.repeat(width), cells: cells.map(pad) };
  });
  const rowCount = columns[0]?.cells.length ?? 0;
  const line = (parts: readonly string[]) => `  ${parts.join('   ').trimEnd()}`;
  const rows = Array.from({ length: rowCount }, (_, row) =>
    line(padded.map((column) => column.cells[row] ?? '')),
  );
  return [
    paint.strong(line(padded.map((column) => column.title))),
    paint.faint(line(padded.map((column) => column.rule))),
    ...rows,
  ].join('\n');
}

/** Lines of `name  value`, names padded to one width, indented by two spaces. */
export function renderFacts(facts: readonly (readonly [string, string])[], paint: Paint): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `  ${paint.faint(name.padEnd(width))}  ${value}`).join('\n');
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `100,000` */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** `12,300`; small rates keep three digits: `0.52`. Add the unit where it is printed. */
export function formatRate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return '-';
  return perSecond >= 100 ? formatCount(perSecond) : Number(perSecond.toPrecision(3)).toString();
}

/** `0.9968`: four digits, never rounded up to 1 when something was missed. */
export function formatRecall(recall: number): string {
  return (Math.floor(recall * 10_000 + 1e-6) / 10_000).toFixed(4);
}

const byteUnits = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `61.0 MiB` */
export function formatBytes(byteLength: number): string {
  let value = byteLength;
  let unit = 0;
  while (value >= 1024 && unit < byteUnits.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? formatCount(value) : value.toFixed(1)} ${byteUnits[unit]}`;
}

/** `0.42 ms`, `12.3 ms`, `581 ms`, `8.1 s`, `2 min 05 s` */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(2)} ms`;
  if (milliseconds < 100) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 999.5) return `${milliseconds.toFixed(0)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** `1 query`, `1,000 queries` */
export function formatNumberOf(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
