// `nigh verify`: checks a whole index file, or the folder of a collection: the checksums, then
// every node and link, every key and document. Exit code 1 and a list when something is broken.

import { stat } from 'node:fs/promises';
import { type CollectionProblem, verifyCollection } from '@nigh/collection';
import { type Problem, VectorIndex } from '@nigh/core';
import type { Command } from 'commander';
import type { CommandSpec, Work } from '../command.ts';
import { collectionHints, ExitCode } from '../failure.ts';
import { closingAfter } from '../options.ts';
import { formatCount, formatNumberOf, type Paint } from '../output/render.ts';

export interface VerifyInput {
  readonly path: string;
}

/** Of an index file. */
export interface IndexVerdict {
  readonly index: string;
  readonly count: number;
  readonly sound: boolean;
  readonly problems: readonly Problem[];
}

/** Of the folder of a collection. */
export interface CollectionVerdict {
  readonly collection: string;
  /** Missing where files are damaged: it is not opened then. */
  readonly count?: number;
  readonly sound: boolean;
  readonly problems: readonly CollectionProblem[];
}

export type VerifyReport = IndexVerdict | CollectionVerdict;

export const verifyCommand: CommandSpec<VerifyInput, VerifyReport> = {
  name: 'verify',
  hints: {
    ...collectionHints,
    SNAPSHOT_CORRUPT: 'restore it from a backup; an index file can be built anew with nigh build',
    SNAPSHOT_UNSUPPORTED: 'use the release that wrote it; an index file can be built anew',
  },
  declare(command) {
    command
      .description('Check a whole index or collection; exit code 1 when anything in it is broken.')
      .argument('<path>', 'index file, or folder of a collection');
  },
  parse: (command: Command) => ({ path: command.args[0] as string }),
  async run({ path }, work) {
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false, // loading it as an index says what is wrong
    );
    return isFolder ? verifyFolder(path) : verifyIndex(path, work);
  },
  render: renderVerify,
  exitCode: ({ sound }) => (sound ? ExitCode.ok : ExitCode.failed),
};

async function verifyIndex(path: string, { signal, onProgress }: Work): Promise<IndexVerdict> {
  const index = await VectorIndex.load(path, { signal, onProgress });
  return closingAfter(index, async () => {
    const problems = index.verify();
    return { index: path, count: index.count, sound: problems.length === 0, problems };
  });
}

async function verifyFolder(path: string): Promise<CollectionVerdict> {
  const { count, problems } = await verifyCollection(path);
  const sound = problems.length === 0;
  return { collection: path, ...(count !== undefined && { count }), sound, problems };
}

function renderVerify(report: VerifyReport, paint: Paint): string {
  return 'index' in report ? renderIndex(report, paint) : renderCollection(report, paint);
}

function renderIndex({ index, count, sound, problems }: IndexVerdict, paint: Paint): string {
  const nodes = formatNumberOf(count, 'node', 'nodes');
  if (sound) return `${paint.good('sound')}  ${index}: ${nodes} and their links checked`;
  const lines = problems.map(
    (problem) =>
      `  ${problem.kind}: ${problem.message} ` +
      `(${formatCount(problem.count)} times, first at node ${problem.node})`,
  );
  return [`${paint.bad('broken')}  ${index}: ${nodes}`, ...lines].join('\n');
}

function renderCollection(report: CollectionVerdict, paint: Paint): string {
  const { collection, count, sound, problems } = report;
  const documents =
    count === undefined ? '' : `: ${formatNumberOf(count, 'document', 'documents')}`;
  if (sound) return `${paint.good('sound')}  ${collection}${documents} and their files checked`;
  const lines = problems.map(({ part, message }) => `  ${part}: ${message}`);
  const todo = paint.faint(`hint: ${collectionHints.COLLECTION_CORRUPT}`);
  return [`${paint.bad('broken')}  ${collection}${documents}`, ...lines, todo].join('\n');
}
