// `nigh stats`: what a collection is made of, and how many bytes its parts take.

import { Collection, type CollectionStats, type Schema } from '@nigh/collection';
import type { Command } from 'commander';
import type { CommandSpec } from '../command.ts';
import { collectionHints } from '../failure.ts';
import { closingAfter } from '../options.ts';
import {
  formatBytes,
  formatCount,
  type Paint,
  renderFacts,
  renderTable,
} from '../output/render.ts';

export interface StatsInput {
  readonly folder: string;
}

export interface StatsReport {
  readonly collection: string;
  readonly schema: Schema;
  readonly stats: CollectionStats;
}

export const statsCommand: CommandSpec<StatsInput, StatsReport> = {
  name: 'stats',
  hints: collectionHints,
  declare(command) {
    command
      .description('Show what is in a collection: documents, fields, bytes in memory and in files.')
      .argument('<folder>', 'folder of the collection');
  },
  parse: (command: Command) => ({ folder: command.args[0] as string }),
  async run({ folder }) {
    const collection = await Collection.open(folder, { readOnly: true });
    return closingAfter(collection, async () => ({
      collection: folder,
      schema: collection.schema,
      stats: collection.stats(),
    }));
  },
  render: renderStats,
};

function listed(parts: readonly string[]): string {
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function factsOf({ schema, stats }: StatsReport): [string, string][] {
  const { vector, fields, text } = schema;
  const { count, rows, terms, storage } = stats;
  const names = text?.fields.map(({ name, weight }) => (weight === 1 ? name : `${name}=${weight}`));
  const facts: [string, string][] = [
    ['documents', `${formatCount(count)}; ${formatCount(rows - count)} deleted, until compact`],
    ['vectors', vector ? `${vector.dimension} components, ${vector.metric ?? 'l2'}` : 'none'],
    ['fields', listed(Object.entries(fields).map(([name, type]) => `${name}:${type}`))],
    ['text', text ? `${listed(names ?? [])} (${text.language})` : 'none'],
  ];
  if (terms !== undefined) facts.push(['words', formatCount(terms)]);
  if (storage === undefined) return facts;
  const { snapshotBytes, logBytes, logRecords, sequence } = storage;
  return [
    ...facts,
    ['snapshot', formatBytes(snapshotBytes)],
    ['log', `${formatBytes(logBytes)}, ${formatCount(logRecords)} writes since the snapshot`],
    ['writes', formatCount(sequence)],
  ];
}

function renderStats(report: StatsReport, paint: Paint): string {
  const { bytes, count, garbage } = report.stats;
  const parts = Object.entries(bytes);
  const each = (size: number): string => formatBytes(count > 0 ? Math.round(size / count) : 0);
  return [
    paint.strong(report.collection),
    renderFacts(factsOf(report), paint),
    '',
    renderTable(
      [
        { title: 'in memory', cells: parts.map(([name]) => name), align: 'left' },
        { title: 'size', cells: parts.map(([, size]) => formatBytes(size)) },
        { title: 'per document', cells: parts.map(([, size]) => each(size)) },
      ],
      paint,
    ),
    '',
    `  ${formatBytes(garbage)} of the documents are of deleted and replaced ones, until compact.`,
  ].join('\n');
}
