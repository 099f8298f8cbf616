// `nigh evaluate`: recall and speed of an index file for several search widths, measured against
// an exact scan. Without a query file, vectors of the index are used and each ignores itself.

import { type Evaluation, VectorIndex } from '@nigh/core';
import { type Command, Option } from 'commander';

import type { CommandSpec, Work } from '../command.ts';
import { readQueries } from '../ingest.ts';
import {
  closingAfter,
  efSearchListOption,
  given,
  sampleOption,
  shareList,
  threadsOption,
  wholeNumber,
} from '../options.ts';
import { explainEvaluation, renderEvaluation } from '../output/evaluation-table.ts';
import type { Paint } from '../output/render.ts';

export interface EvaluateInput {
  readonly index: string;
  readonly queries?: string;
  readonly k: number;
  readonly sample: number;
  readonly efSearch: readonly number[];
  readonly recall?: readonly number[];
  readonly threads?: number;
}

export const evaluateCommand: CommandSpec<EvaluateInput, Evaluation> = {
  name: 'evaluate',
  declare(command) {
    command
      .description('Measure recall and speed of an index for several search widths.')
      .argument('<index>', 'index file')
      .option('--queries <file>', 'queries to measure with (default: vectors of the index)')
      .option('-k <n>', 'neighbors per query', wholeNumber(1), 10)
      .addOption(sampleOption())
      .addOption(efSearchListOption())
      .addOption(
        new Option('--recall <list>', 'recalls to aim at instead of widths, such as 0.9,0.99')
          .argParser(shareList)
          .conflicts('efSearch'),
      )
      .addOption(threadsOption());
  },
  parse: (command: Command) => ({
    index: command.args[0] as string,
    ...command.opts<Omit<EvaluateInput, 'index'>>(),
  }),
  run: evaluate,
  render: renderReport,
};

async function evaluate(input: EvaluateInput, work: Work): Promise<Evaluation> {
  const { signal, onProgress } = work;
  const { k, sample, recall, threads } = input;
  const efSearch = recall ? undefined : input.efSearch;
  const index = await VectorIndex.load(input.index, given({ signal, onProgress, threads }));
  return closingAfter(index, async () => {
    const queries =
      input.queries === undefined
        ? undefined
        : await readQueries(input.queries, index.dimension, sample);
    return index.evaluate(given({ k, sample, efSearch, recall, queries, signal, onProgress }));
  });
}

function renderReport(evaluation: Evaluation, paint: Paint): string {
  const table = renderEvaluation(evaluation, paint);
  return `${table}\n\n${paint.faint(explainEvaluation(evaluation))}`;
}
