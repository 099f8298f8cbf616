// `nigh backup`: a copy of a collection in another folder, which is a collection of its own.

import { Collection } from '@nigh/collection';
import type { Command } from 'commander';
import type { CommandSpec } from '../command.ts';
import { collectionHints } from '../failure.ts';
import { closingAfter, recoverOption } from '../options.ts';
import { formatDuration, formatNumberOf, type Paint } from '../output/render.ts';

export interface BackupInput {
  readonly folder: string;
  readonly to: string;
  readonly recover: boolean;
}

export interface BackupReport {
  readonly collection: string;
  readonly backup: string;
  readonly count: number;
  readonly milliseconds: number;
}

export const backupCommand: CommandSpec<BackupInput, BackupReport> = {
  name: 'backup',
  hints: collectionHints,
  declare(command) {
    command
      .description('Copy a collection into another folder.')
      .argument('<folder>', 'folder of the collection')
      .argument('<to>', 'folder of the copy: new, or empty')
      .addOption(recoverOption());
  },
  parse(command: Command) {
    const [folder = '', to = ''] = command.args;
    return { folder, to, ...command.opts<Pick<BackupInput, 'recover'>>() };
  },
  async run({ folder, to, recover }, { signal, onProgress, ifCancelled }) {
    const collection = await Collection.open(folder, recover ? { recover: 'point-in-time' } : {});
    ifCancelled('Cancelled: no backup was written.');
    return closingAfter(collection, async () => {
      const startedAt = performance.now();
      await collection.backup(to, { signal, onProgress });
      const milliseconds = performance.now() - startedAt;
      return { collection: folder, backup: to, count: collection.count(), milliseconds };
    });
  },
  render: renderBackup,
};

function renderBackup({ backup, count, milliseconds }: BackupReport, paint: Paint): string {
  const documents = formatNumberOf(count, 'document', 'documents');
  return `${paint.good(`Copied to ${backup}`)}: ${documents} in ${formatDuration(milliseconds)}`;
}
