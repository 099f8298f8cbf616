/** The tables of the results of macro/collections.ts. */
import { type Column, columns, ratioText, recallText } from './markdown.ts';
import type { TableSource } from './render.ts';

const program = 'collections';
const latencies: readonly Column[] = [
  { key: 'p50Microseconds', title: 'p50, µs' },
  { key: 'p95Microseconds', title: 'p95, µs' },
  { key: 'p99Microseconds', title: 'p99, µs' },
];
const share = (key: string, title: string = key): Column => {
  return { key, title, format: (value) => `${Math.round(100 * Number(value))} %` };
};

export const COLLECTION_TABLES: Readonly<Record<string, TableSource>> = {
  'collections-imports': {
    program,
    table: 'imports',
    columns: [
      { key: 'into', title: 'into' },
      { key: 'documentsPerSecond', title: 'documents/s (median)' },
      ...columns('min', 'max'),
      ...['index', 'text', 'formats', 'collection, base, filter', 'storage'].map((key) =>
        share(key),
      ),
      ...['garbage collection', 'waiting for files', 'other'].map((key) => share(key)),
    ],
  },
  'collections-documents': {
    program,
    table: 'documents',
    columns: [
      { key: 'name', title: 'database' },
      { key: 'documentsPerSecond', title: 'documents/s (median)' },
      ...columns('min', 'max'),
      { key: 'recall', title: 'recall@10 by default', format: recallText },
      { key: 'ratio', title: 'nigh over it', format: ratioText },
    ],
  },
  'collections-texts': {
    program,
    table: 'texts',
    columns: [
      { key: 'name', title: 'by' },
      { key: 'reciprocalRank', title: 'MRR@10', format: recallText },
      { key: 'success', title: 'success@10', format: recallText },
      { key: 'p50Microseconds', title: 'p50, µs' },
      { key: 'p99Microseconds', title: 'p99, µs' },
      { key: 'documentsPerSecond', title: 'imported, documents/s' },
    ],
  },
  'collections-filters': {
    program,
    table: 'filters',
    columns: [
      { key: 'name', title: 'filter' },
      { ...share('share'), title: 'lets through' },
      { key: 'filters', title: 'each time' },
      ...latencies,
    ],
  },
  'collections-reopen': {
    program,
    table: 'reopen',
    columns: [
      { key: 'megabytes', title: 'files, MB' },
      { key: 'openMilliseconds', title: 'opening, ms (median)' },
      { key: 'openMax', title: 'max' },
      { key: 'readMilliseconds', title: 'reading the files, ms' },
      { key: 'ratio', title: 'opening over reading', format: ratioText },
    ],
  },
  'collections-replay': {
    program,
    table: 'replay',
    columns: [
      { key: 'megabytes', title: 'log, MB' },
      { key: 'milliseconds', title: 'opening, ms (median)' },
      ...columns('min', 'max'),
      { key: 'documentsPerSecond', title: 'documents/s' },
    ],
  },
  'collections-writes': {
    program,
    table: 'writes',
    columns: [
      { key: 'what', title: 'write' },
      ...columns('durability', 'callers'),
      { key: 'perSecond', title: 'writes/s' },
      { key: 'p50Microseconds', title: 'p50, µs' },
      { key: 'p99Microseconds', title: 'p99, µs' },
    ],
  },
  'collections-failures': {
    program,
    table: 'failures',
    columns: [
      { key: 'name', title: 'peer' },
      { key: 'reason', title: 'why it is missing' },
    ],
  },
};
