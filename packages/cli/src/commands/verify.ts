// `nigh verify`: loads an index, which checks the checksums of the file, and then walks every node
// and link of it. Exit code 1 and a list when something is broken.

import { type Problem, VectorIndex } from '@nigh/core';
import type { Command } from 'commander';

import type { CommandSpec } from '../command.ts';
import { ExitCode } from '../failure.ts';
import { closingAfter } from '../options.ts';
import { formatCount, formatNumberOf, type Paint } from '../render.ts';

export interface VerifyInput {
  readonly index: string;
}

export interface VerifyReport {
  readonly index: string;
  readonly count: number;
  readonly sound: boolean;
  readonly problems: readonly Problem[];
}

export const verifyCommand: CommandSpec<VerifyInput, VerifyReport> = {
  name: 'verify',
  declare(command) {
    command
      .description('Check a whole index file; exit code 1 when anything in it is broken.')
      .argument('<index>', 'index file');
  },
  parse: (command: Command) => ({ index: command.args[0] as string }),
  async run({ index: path }, { signal, onProgress }) {
    const index = await VectorIndex.load(path, { signal, onProgress });
    return closingAfter(index, async () => {
      const problems = index.verify();
      return { index: path, count: index.count, sound: problems.length === 0, problems };
    });
  },
  render: renderVerify,
  exitCode: ({ sound }) => (sound ? ExitCode.ok : ExitCode.failed),
};

function renderVerify({ index, count, sound, problems }: VerifyReport, paint: Paint): string {
  const nodes = formatNumberOf(count, 'node', 'nodes');
  if (sound) return `${paint.good('sound')}  ${index}: ${nodes} and their links checked`;
  const lines = problems.map(
    (problem) =>
      `  ${problem.kind}: ${problem.message} ` +
      `(${formatCount(problem.count)} times, first at node ${problem.node})`,
  );
  return [`${paint.bad('broken')}  ${index}: ${nodes}`, ...lines].join('\n');
}
