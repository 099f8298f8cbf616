// Phases of long work in words for the person watching. Core names its phases for programs; what it
// may add later is shown under its own name.

import { formatBytes, formatCount } from './render.ts';

/** How a phase is shown. */
export interface PhaseText {
  readonly label: string;
  /** Writes an amount of what is counted, without the unit where that is a plain number. */
  amount(count: number): string;
  /** The unit of plain numbers, with a space before it. */
  readonly unit: string;
  /** Whether a line stays when it is over: not where the command itself reports on it. */
  readonly leavesLine: boolean;
}

function counted(label: string, unit: string, leavesLine: boolean): PhaseText {
  return { label, amount: formatCount, unit, leavesLine };
}

function measured(label: string): PhaseText {
  return { label, amount: formatBytes, unit: '', leavesLine: false };
}

const texts: Readonly<Record<string, PhaseText>> = {
  generating: counted('generating', ' vectors', true),
  reading: counted('reading', ' vectors', true),
  encode: counted('encoding to 7 bits', ' vectors', false),
  assign: counted('grouping around leaders', ' vectors', false),
  leaves: counted('comparing within groups', ' groups', true),
  select: counted('choosing neighbors', ' vectors', false),
  rows: counted('linking both ways', ' vectors', false),
  refine: counted('refining by search', ' vectors', true),
  probe: counted('looking for every vector', ' vectors', false),
  link: counted('linking neighbors', ' vectors', true),
  repair: counted('checking all paths', ' vectors', false),
  train: counted('training products', ' subspaces', false),
  write: counted('writing smaller codes', ' vectors', true),
  calibrate: counted('measuring recall', ' steps', false),
  'exact search': counted('scanning exactly', ' queries', true),
  save: measured('writing the file'),
  load: measured('reading the file'),
  copy: counted('copying', ' vectors', false),
  import: counted('importing', ' documents', true),
  'import bytes': { ...measured('importing'), leavesLine: true },
};

/** The text for a phase of core or of this program. */
export function describePhase(name: string): PhaseText {
  const text = texts[name];
  if (text !== undefined) return text;
  if (name.startsWith('efSearch ')) return counted(`trying ${name}`, ' queries', false);
  return counted(name, '', true);
}
