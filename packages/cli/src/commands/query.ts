// `nigh query`: one search of a collection: by text, by a vector, by a document to be like, or by
// text and one of the others, among the documents that a filter lets through.

import {
  Collection,
  type Filter,
  type FusionOption,
  type Hit,
  type Key,
  type SearchOptions,
} from '@nigh/collection';
import { type Command, Option } from 'commander';
import { filterJson } from '../collection-options.ts';
import type { CommandSpec, Work } from '../command.ts';
import { collectionHints, UsageError } from '../failure.ts';
import { readRows, withVectorFile } from '../ingest.ts';
import { closingAfter, given, vectorLiteral, weight, wholeNumber } from '../options.ts';
import { type Column, formatNumberOf, type Paint, renderTable } from '../output/render.ts';

export interface QueryInput {
  readonly folder: string;
  readonly text?: string;
  readonly vector?: Float32Array;
  readonly vectors?: string;
  readonly row: number;
  readonly like?: string;
  readonly filter?: Filter;
  readonly k: number;
  readonly fusion?: 'rrf' | 'convex';
  readonly weight?: number;
  readonly efSearch?: number;
  readonly exact: boolean;
  readonly texts: boolean;
}

export interface QueryReport {
  readonly k: number;
  /** Documents that the filter lets through; all, where there is none. */
  readonly matching: number;
  /** The best first. */
  readonly hits: readonly Hit[];
  /** Time of the search itself, without opening the collection. */
  readonly milliseconds: number;
}

export const queryCommand: CommandSpec<QueryInput, QueryReport> = {
  name: 'query',
  hints: collectionHints,
  declare(command) {
    command
      .description('Search a collection by text, by vector, by example, or by two of them.')
      .argument('<folder>', 'folder of the collection')
      .option('--text <text>', 'what the documents should speak of')
      .option('--vector <list>', 'what they should be near to: "0.1,0.2,…"', vectorLiteral)
      .option('--vectors <file>', 'the same, from a file of vectors')
      .option('--row <n>', 'which row of the file, from 0', wholeNumber(0), 0)
      .option('--like <key>', 'the key of a document they should be near to')
      .option('--filter <json>', `which may be found: '{"year":{"$gte":1990}}'`, filterJson)
      .option('-k <n>', 'how many to find', wholeNumber(1), 10)
      .addOption(
        new Option(
          '--fusion <kind>',
          'how text and vectors become one ranking: by ranks or by scores (default: rrf)',
        ).choices(['rrf', 'convex']),
      )
      .option('--weight <share>', 'what vectors count beside text, 0 to 1 (default: 0.5)', weight)
      .addOption(
        new Option('--ef-search <n>', 'search width among vectors: more finds more')
          .argParser(wholeNumber(1))
          .conflicts('exact'),
      )
      .option('--exact', 'compare with every vector', false)
      .option('--texts', 'show the texts of the documents too', false);
  },
  parse(command: Command) {
    const options = command.opts<Omit<QueryInput, 'folder'>>();
    const { text, vector, vectors, like } = options;
    const near = [vector, vectors, like].filter((value) => value !== undefined);
    if (near.length > 1) throw new UsageError('give one of --vector, --vectors and --like');
    if (near.length === 0 && text === undefined) {
      throw new UsageError('say what to find: --text, --vector, --vectors or --like');
    }
    const isBoth = near.length > 0 && text !== undefined;
    if (options.weight !== undefined && !isBoth) {
      throw new UsageError('--weight is for a text and something to be near to, together');
    }
    return { folder: command.args[0] as string, ...options };
  },
  run: query,
  render: renderQuery,
};

async function query(input: QueryInput, _work: Work): Promise<QueryReport> {
  const { folder, text, k, filter, efSearch, exact, texts } = input;
  const vector = await readVector(input);
  const collection = await Collection.open(folder, { readOnly: true });
  return closingAfter(collection, async () => {
    const like = input.like === undefined ? undefined : keyOf(input.like, collection);
    const options: SearchOptions = given({
      ...{ text, vector, like, k, filter, efSearch, exact, texts },
      fusion: fusionOf(input),
    });
    const startedAt = performance.now();
    const hits = await collection.search(options);
    const milliseconds = performance.now() - startedAt;
    return { k, matching: collection.count(filter), hits, milliseconds };
  });
}

function fusionOf({ fusion, weight }: QueryInput): FusionOption | undefined {
  return weight === undefined ? fusion : { kind: fusion ?? 'rrf', weight };
}

async function readVector({ vector, vectors, row }: QueryInput): Promise<Float32Array | undefined> {
  return vectors === undefined ? vector : withVectorFile(vectors, (file) => readRows(file, row, 1));
}

/** `7` is the number where a document has it as its key, and else text. */
function keyOf(text: string, collection: Collection): Key {
  const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) && collection.has(number) ? number : text;
}

/** Characters of a key, and of metadata, that are shown. */
const SHOWN = 60;

/** What a file brought, and never what would steer a terminal. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '.');
}

function shorten(text: string): string {
  const characters = [...text];
  return characters.length > SHOWN ? `${characters.slice(0, SHOWN - 1).join('')}…` : text;
}

function metadataOf({ metadata }: Hit): string {
  return shorten(plain(JSON.stringify(metadata)));
}

function numbers(hits: readonly Hit[], title: 'distance' | 'textScore'): Column[] {
  if (hits.every((hit) => hit[title] === undefined)) return [];
  const cells = hits.map((hit) => hit[title]?.toFixed(4) ?? '-');
  return [{ title: title === 'textScore' ? 'text' : title, cells }];
}

function textsOf(hits: readonly Hit[]): Column[] {
  if (hits.every(({ text }) => text === undefined)) return [];
  const cells = hits.map(({ text }) => shorten(plain(text ?? '-')));
  return [{ title: 'document', cells, align: 'left' }];
}

function renderQuery({ hits, matching, milliseconds }: QueryReport, paint: Paint): string {
  const among = formatNumberOf(matching, 'document', 'documents');
  const note = paint.faint(`${hits.length} among ${among}, ${milliseconds.toFixed(2)} ms`);
  if (hits.length === 0) return note;
  const table = renderTable(
    [
      { title: 'score', cells: hits.map(({ score }) => score.toFixed(4)) },
      ...numbers(hits, 'distance'),
      ...numbers(hits, 'textScore'),
      { title: 'key', cells: hits.map(({ key }) => shorten(plain(String(key)))), align: 'left' },
      { title: 'metadata', cells: hits.map(metadataOf), align: 'left' },
      ...textsOf(hits),
    ],
    paint,
  );
  return `${table}\n\n${note}`;
}
