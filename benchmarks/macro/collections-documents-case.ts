/**
 * One store of documents in a process of its own, started by macro/collections-documents.ts: writes
 * all films without their texts into a folder, timed, and says how much it finds then.
 */
import { recall } from '@nigh/testkit';
import type { ImportedDocuments } from '../compare/documents.ts';
import { answerParent } from '../harness/child.ts';
import { loadDocuments } from '../harness/document-peers.ts';
import { exactResults } from '../harness/exact-results.ts';
import { FILM_DIMENSION, readFilmDocuments, readNewFilms } from '../harness/films.ts';

export interface DocumentsCase {
  readonly name: string;
  readonly count: number;
  readonly folder: string;
  readonly graph?: { readonly M: number; readonly efConstruction: number };
}

export type DocumentsQuestion = 'import' | 'judge';

/** Of an import its seconds, of judging the recall@10. */
export interface DocumentsAnswer {
  readonly value: number;
}

const K = 10;

const { name, ...test } = JSON.parse(process.argv[2] ?? '') as DocumentsCase;

async function judge(imported: ImportedDocuments, vectors: Float32Array): Promise<number> {
  const { vectors: queries } = readNewFilms();
  const dimension = FILM_DIMENSION;
  const set = { name: 'films', metric: 'cosine', dimension, vectors, queries } as const;
  const truth = await exactResults({ ...set, count: test.count }, K);
  let sum = 0;
  for (const [query, exact] of truth.entries()) {
    const row = queries.slice(query * dimension, (query + 1) * dimension);
    sum += recall(await imported.search(row, K), exact);
  }
  return sum / truth.length;
}

await answerParent<{ readonly kind: DocumentsQuestion }>(async () => {
  const documents = readFilmDocuments(test.count);
  const start = loadDocuments(name).prepareImport(documents, test);
  let imported: ImportedDocuments | undefined;
  const answer = async (kind: DocumentsQuestion): Promise<number> => {
    if (kind === 'judge') return imported ? judge(imported, documents.vectors) : Number.NaN;
    const began = performance.now();
    imported = await start();
    return (performance.now() - began) / 1000;
  };
  return {
    answer: async ({ kind }): Promise<DocumentsAnswer> => ({ value: await answer(kind) }),
    close: async () => imported?.close(),
  };
});
