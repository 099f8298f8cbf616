/**
 * Collections of documents, on films: importing files and where the time goes, beside databases for
 * vectors and metadata, how well text and vectors find what is known, filtered searches, opening,
 * and single writes. Parts: macro/collections-*.ts.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Collection } from '@nigh/collection';
import { failureRows } from '../compare/peers.ts';
import { FILM_COUNT, FILM_SCHEMA, filmFiles, readKnownItems } from '../harness/films.ts';
import { readOptions } from '../harness/options.ts';
import { publish } from '../harness/report.ts';
import { measureDocuments } from './collections-documents.ts';
import { measureFilters } from './collections-filters.ts';
import { measureImports } from './collections-import.ts';
import { measureReopen, measureReplay } from './collections-reopen.ts';
import {
  documentComparisons,
  documentGoals,
  documentRows,
  filterGoals,
  filterRow,
  importGoals,
  importRow,
  reopenGoals,
  reopenRow,
  replayRow,
  textComparisons,
  textRow,
  writesRow,
} from './collections-report.ts';
import { measureTexts } from './collections-texts.ts';
import { measureWrites } from './collections-writes.ts';

const options = readOptions({
  ...{ count: FILM_COUNT, rounds: 3, openRounds: 15 },
  ...{ queries: 1_000, writes: 1_000 },
});
const { count, rounds, openRounds, save } = options;

const METHOD: readonly string[] = [
  'Imports and the stores beside them: every run in a process of its own, taking turns; threads',
  'and durability as they are by default; documents/s are medians of the rounds. An import is',
  'timed from opening to the checkpoint, JSONL and npy included. Its shares are those of a CPU',
  'profile of the main thread, in a run of its own: self time by the file of the function; what',
  'Node does counts for its caller; waiting counts as the index while its threads build.',
  'Vectors and metadata: the graph has M 16 and efConstruction 100 where a library lets one say',
  'so, and again what it has by default; recall@10 on 1,000 other films with default searches.',
  'Texts: films known by six words of their text, searched in text and title; MRR@10, success@10.',
  'There are no vectors of these queries. "The best by text and what is like it": the best hit,',
  'then the films whose vectors are nearest to its own. "Text and vectors": the vector is the mean',
  'of those of the 3 best by text, searched together with the text. The time is that of both.',
  'Latencies are medians over the rounds of percentiles over the queries.',
  'Filters: by text and vector at once, k 10, one caller; the words of one film, the vector of',
  'another that is not in the collection. A fresh filter was never asked before.',
  'Opening: beside readFile of every file in the folder, which are in the page cache; the ratio is',
  'the median of the ratios by round. Killed: the process is killed when all documents are in the',
  'log and none in a snapshot; opening reads the log, fills everything and links the index.',
  'Writes: one document each, to a collection of all films, durable when they settle.',
];

const folder = await mkdtemp(join(tmpdir(), 'nigh-collections-'));
try {
  await measure();
} finally {
  await rm(folder, { recursive: true });
}

/** A collection of all films, and what is measured of it when it is there. */
async function measureFilled(files: ReturnType<typeof filmFiles>) {
  const path = join(folder, 'films');
  const collection = await Collection.open(path, FILM_SCHEMA);
  await collection.import({ rows: files.rows, vectors: files.vectors });
  const filters = await measureFilters(collection, readKnownItems(count), options.queries);
  await collection.close();
  const reopen = await measureReopen(path, files.count, openRounds);
  const replay = await measureReplay(join(folder, 'killed'), files, rounds);
  const writes = await measureWrites(path, options.writes);
  return { filters, reopen, replay, writes };
}

async function measure(): Promise<void> {
  const files = filmFiles(count, folder);
  const imports = await measureImports({ files, folder }, rounds);
  const documents = await measureDocuments({ count, folder }, { rounds, required: save });
  const texts = await measureTexts(count, { rounds, required: save });
  const { filters, reopen, replay, writes } = await measureFilled(files);
  publish(
    {
      program: 'collections',
      command: 'pnpm --filter @nigh/benchmarks run collections',
      data: {
        description:
          `${count.toLocaleString('en')} films of the set movies with title, text, year, genres ` +
          'and vectors of 384 components, derived from the texts, cosine; index seed 1',
        count,
      },
      parameters: { rounds, openRounds, queries: options.queries, writes: options.writes },
      method: [...METHOD, ...documents.notes, ...texts.notes],
      tables: {
        imports: imports.map(importRow),
        documents: documentRows(documents.measured),
        texts: texts.measured.map(textRow),
        filters: filters.map(filterRow),
        reopen: [reopenRow(reopen)],
        replay: [replayRow(replay)],
        writes: writes.map(writesRow),
        failures: failureRows([...documents.failures, ...texts.failures]),
      },
      comparisons: [...documentComparisons(documents.measured), ...textComparisons(texts.measured)],
      goals: [
        ...importGoals(imports),
        ...documentGoals(documents.measured),
        ...filterGoals(filters),
        ...reopenGoals(reopen),
      ],
    },
    save,
  );
}
