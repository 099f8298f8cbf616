// `nigh search`: one query against an index file, from a row of a vector file or typed on the
// command line. One line per result: node, then distance, nearest first.

import { DEFAULT_EF_SEARCH, VectorIndex } from '@nigh/core';
import { type Command, Option } from 'commander';

import type { CommandSpec, Work } from '../command.ts';
import { UsageError } from '../failure.ts';
import { checkQueryDimension, readRows, withVectorFile } from '../ingest.ts';
import {
  closingAfter,
  given,
  share,
  threadsOption,
  vectorLiteral,
  wholeNumber,
} from '../options.ts';
import type { Paint } from '../output/render.ts';

export interface SearchInput {
  readonly index: string;
  readonly query?: string;
  readonly row: number;
  readonly vector?: Float32Array;
  readonly k: number;
  readonly efSearch?: number;
  readonly recall?: number;
  readonly exact: boolean;
  readonly threads?: number;
}

export interface SearchReport {
  readonly k: number;
  readonly exact: boolean;
  /** Nearest first; equal distances by the smaller node. */
  readonly results: readonly { readonly node: number; readonly distance: number }[];
  readonly distanceCount: number;
  readonly hopCount: number;
  /** Time of the search itself, without loading the index. */
  readonly milliseconds: number;
}

export const searchCommand: CommandSpec<SearchInput, SearchReport> = {
  name: 'search',
  declare(command) {
    command
      .description('Find the vectors of an index that are nearest to a query.')
      .argument('<index>', 'index file')
      .option('--query <file>', 'file of vectors that holds the query')
      .option('--row <n>', 'which row of the file, from 0', wholeNumber(0), 0)
      .option('--vector <list>', 'the query itself: "0.1,0.2,…"', vectorLiteral)
      .option('-k <n>', 'how many to find', wholeNumber(1), 10)
      .option(
        '--ef-search <n>',
        `search width; wider finds more and takes longer (default: ${DEFAULT_EF_SEARCH})`,
        wholeNumber(1),
      )
      .addOption(
        new Option('--recall <share>', 'the share of true neighbors to find, instead of a width')
          .argParser(share)
          .conflicts('efSearch'),
      )
      .option('--exact', 'compare with every vector', false)
      .addOption(threadsOption());
  },
  parse(command: Command) {
    const options = command.opts<Omit<SearchInput, 'index'>>();
    if ((options.query === undefined) === (options.vector === undefined)) {
      throw new UsageError('give the query either with --query <file> or with --vector <list>');
    }
    return { index: command.args[0] as string, ...options };
  },
  run: search,
  render: renderSearch,
};

async function search(input: SearchInput, work: Work): Promise<SearchReport> {
  const { signal, onProgress } = work;
  const { k, exact, efSearch, recall, threads } = input;
  const index = await VectorIndex.load(input.index, given({ signal, onProgress, threads }));
  return closingAfter(index, async () => {
    const query = await readQuery(input, index.dimension);
    const startedAt = performance.now();
    const found = index.search(query, k, given({ exact, efSearch, recall }));
    const milliseconds = performance.now() - startedAt;
    const results = Array.from(found.nodes, (node, i) => ({
      node,
      distance: found.distances[i] as number,
    }));
    const { distanceCount, hopCount } = found;
    return { k, exact, results, distanceCount, hopCount, milliseconds };
  });
}

async function readQuery(input: SearchInput, dimension: number): Promise<Float32Array> {
  const { query, row, vector } = input;
  if (query !== undefined) {
    return withVectorFile(query, (file) => {
      checkQueryDimension(file, dimension);
      return readRows(file, row, 1);
    });
  }
  if (vector?.length === dimension) return vector;
  throw new UsageError(
    `--vector has ${vector?.length} components; the index holds vectors of ${dimension}`,
  );
}

function renderSearch({ results }: SearchReport, _paint: Paint): string {
  const width = Math.max(...results.map(({ node }) => String(node).length), 0);
  return results
    .map(({ node, distance }) => `${String(node).padStart(width)}  ${distance.toPrecision(7)}`)
    .join('\n');
}
