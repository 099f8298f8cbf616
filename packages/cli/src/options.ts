// Reading the values people type. Each parser turns a string into a number or a list, or throws the
// error commander prints as bad usage. Ranges that core checks anyway are left to core.

import { DEFAULT_EF_SEARCH, type EntryKind, type Metric, type Quality } from '@nigh/core';
import { InvalidArgumentError, Option } from 'commander';

/** The type of what `given` returns: no property is undefined, as core's options want it. */
export type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The same object without its undefined properties. */
export function given<T extends object>(options: T): Given<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Given<T>;
}

/** A whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`expected a whole number of at least ${least}.`);
  };
}

/** `0.95`: a share above 0, at most 1. */
export function share(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('expected a number above 0, at most 1.');
}

/** `0.3`: a weight from 0 to 1. */
export function weight(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('expected a number from 0 to 1.');
}

/** `0.9,0.95`: shares, separated by commas. */
export function shareList(text: string): number[] {
  return text.split(',').map(share);
}

/** `10,20,40`: whole numbers of at least 1, separated by commas. */
export function wholeNumberList(text: string): number[] {
  return text.split(',').map(wholeNumber(1));
}

/** `0.1,0.2,-3e-4`: the components of one vector, separated by commas or spaces. */
export function vectorLiteral(text: string): Float32Array {
  const parts = text
    .trim()
    .replace(/^\[|\]$/g, '')
    .trim()
    .split(/\s*,\s*|\s+/);
  const components = parts.map((part) => (part === '' ? Number.NaN : Number(part)));
  const bad = components.findIndex((component) => !Number.isFinite(component));
  if (bad === -1) return Float32Array.from(components);
  throw new InvalidArgumentError(`component ${bad} is not a number: "${parts[bad]}".`);
}

export function metricOption(): Option {
  return new Option('--metric <metric>', 'how distance is measured').choices([
    'l2',
    'cosine',
    'dot',
  ] satisfies Metric[]);
}

export function qualityOption(): Option {
  return new Option(
    '--quality <quality>',
    'what the build aims at: time, both, or recall (default: balanced)',
  ).choices(['fast', 'balanced', 'high'] satisfies Quality[]);
}

export function entryOption(): Option {
  return new Option(
    '--entry <entry>',
    'how searches enter the graph: down its levels, or by a table of hubs (default: levels)',
  ).choices(['levels', 'hubs'] satisfies EntryKind[]);
}

export function threadsOption(): Option {
  return new Option(
    '--threads <n>',
    'threads to build and search with (default: all cores)',
  ).argParser(wholeNumber(1));
}

/** For commands on collections whose log is damaged. */
export function recoverOption(): Option {
  return new Option(
    '--recover',
    'where the log is damaged, take what comes before the damage, and drop the rest for good',
  ).default(false);
}

/** Search widths that show the whole range from fast to nearly exact, the default among them. */
export const EF_SEARCH_LIST: readonly number[] = [10, 20, 40, DEFAULT_EF_SEARCH, 160];

export function efSearchListOption(): Option {
  return new Option('--ef-search <list>', 'search widths to try, such as 10,20,40')
    .argParser(wholeNumberList)
    .default(EF_SEARCH_LIST, EF_SEARCH_LIST.join());
}

export function sampleOption(): Option {
  return new Option('--sample <n>', 'most queries to measure with')
    .argParser(wholeNumber(1))
    .default(1000);
}

/** Runs `work` and closes what was opened whatever happens: a thread keeps the process alive. */
export async function closingAfter<T>(
  opened: { close(): Promise<void> },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } finally {
    await opened.close();
  }
}
