// `nigh compact`: gives back what deleted and replaced documents take, in memory and in the files.

import { Collection } from '@nigh/collection';
import type { Command } from 'commander';
import { type CollectionSize, sizeOf } from '../collection-size.ts';
import type { CommandSpec, Work } from '../command.ts';
import { collectionHints } from '../failure.ts';
import { closingAfter, given, recoverOption, threadsOption } from '../options.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  type Paint,
  renderFacts,
} from '../output/render.ts';

export interface CompactInput {
  readonly folder: string;
  readonly threads?: number;
  readonly recover: boolean;
}

/** What a collection takes; `rows` are documents, and those deleted and replaced since. */
interface Taken extends CollectionSize {
  readonly rows: number;
}

export interface CompactReport {
  readonly collection: string;
  readonly count: number;
  readonly before: Taken;
  readonly after: Taken;
  readonly milliseconds: number;
}

export const compactCommand: CommandSpec<CompactInput, CompactReport> = {
  name: 'compact',
  hints: collectionHints,
  declare(command) {
    command
      .description('Give back the memory and files of deleted and replaced documents.')
      .argument('<folder>', 'folder of the collection')
      .addOption(threadsOption())
      .addOption(recoverOption());
  },
  parse: (command: Command) => ({
    folder: command.args[0] as string,
    ...command.opts<Omit<CompactInput, 'folder'>>(),
  }),
  run: compact,
  render: renderCompact,
};

function takenBy(collection: Collection): Taken {
  const stats = collection.stats();
  return { rows: stats.rows, ...sizeOf(stats) };
}

async function compact(input: CompactInput, work: Work): Promise<CompactReport> {
  const { folder, threads } = input;
  const { signal, onProgress } = work;
  const recover = input.recover ? ('point-in-time' as const) : undefined;
  const collection = await Collection.open(folder, given({ threads, recover }));
  work.ifCancelled('Cancelled: the collection has all its documents, and may be compacted again.');
  return closingAfter(collection, async () => {
    const before = takenBy(collection);
    const startedAt = performance.now();
    await collection.compact({ signal, onProgress });
    const milliseconds = performance.now() - startedAt;
    const after = takenBy(collection);
    return { collection: folder, count: collection.count(), before, after, milliseconds };
  });
}

function renderCompact(report: CompactReport, paint: Paint): string {
  const { collection, count, before, after, milliseconds } = report;
  const change = (from: number, to: number): string =>
    `${formatBytes(from)}, now ${formatBytes(to)}`;
  return [
    paint.good(`Compacted ${collection}`),
    renderFacts(
      [
        ['documents', formatCount(count)],
        ['dropped', `${formatCount(before.rows - after.rows)} deleted documents`],
        ['in memory', change(before.memory, after.memory)],
        ['files', change(before.files, after.files)],
        ['time', formatDuration(milliseconds)],
      ],
      paint,
    ),
  ].join('\n');
}
