// `nigh inspect`: what is in an index file and how many bytes each part takes.

import { stat } from 'node:fs/promises';
import { type IndexStats, VectorIndex } from '@nigh/core';
import type { Command } from 'commander';

import type { CommandSpec } from '../command.ts';
import { closingAfter } from '../options.ts';
import { renderBytes } from '../output/memory-table.ts';
import { formatBytes, formatCount, type Paint, renderFacts } from '../output/render.ts';

export interface InspectInput {
  readonly index: string;
}

export interface InspectReport {
  readonly index: { readonly path: string; readonly byteLength: number };
  readonly stats: IndexStats;
}

export const inspectCommand: CommandSpec<InspectInput, InspectReport> = {
  name: 'inspect',
  declare(command) {
    command
      .description('Show what is in an index: count, dimension, metric, graph, bytes.')
      .argument('<index>', 'index file');
  },
  parse: (command: Command) => ({ index: command.args[0] as string }),
  async run({ index: path }, { signal, onProgress }) {
    const index = await VectorIndex.load(path, { signal, onProgress });
    return closingAfter(index, async () => ({
      index: { path, byteLength: (await stat(path)).size },
      stats: index.stats(),
    }));
  },
  render: renderInspect,
};

function renderInspect({ index, stats }: InspectReport, paint: Paint): string {
  const { bytes, count, linked } = stats;
  const scanned = count - linked;
  return [
    paint.strong(index.path),
    renderFacts(
      [
        ['vectors', `${formatCount(count)} of ${stats.dimension} components`],
        ['metric', stats.metric],
        ['graph', `${formatCount(linked)} linked, ${formatCount(scanned)} scanned exactly`],
        ['neighbors', `M ${stats.M}, M0 ${stats.M0}, ${stats.meanDegree.toFixed(1)} on average`],
        ['levels', `${stats.maxLevel + 1}`],
        ['efConstruction', `${stats.efConstruction}`],
        ['seed', `${stats.seed}`],
        ['segments', `${stats.segments}`],
        ['file', formatBytes(index.byteLength)],
      ],
      paint,
    ),
    '',
    renderBytes(bytes, count, paint),
    '',
    `  ${formatBytes(bytes.reserved)} of address space reserved; untouched parts take no memory.`,
  ].join('\n');
}
