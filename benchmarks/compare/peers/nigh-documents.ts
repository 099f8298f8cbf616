/** nigh behind the contracts of stores of documents and of searched texts. */
import { Collection } from '@nigh/collection';
import { FILM_SCHEMA } from '../../harness/films.ts';
import type { DocumentsAdapter } from '../documents.ts';
import type { TextsAdapter } from '../texts.ts';

/** Writes everything by columns, then makes a checkpoint: the state that opening is fast from. */
export function createNighDocuments(): DocumentsAdapter {
  return {
    name: 'nigh',
    version: 'this commit',
    note: 'one upsert of columns, then checkpoint; default durability: synced',
    prepareImport: ({ dimension, vectors, titles, years, genres }, { folder, graph }) => {
      const metadata = titles.map((title, i) => ({ title, year: years[i], genres: genres[i] }));
      const keys = titles.map((_, i) => i);
      return async () => {
        const { vector, fields } = FILM_SCHEMA;
        const options = { vector: { ...vector, dimension, ...graph }, fields };
        const collection = await Collection.open(folder, options);
        await collection.upsert({ keys, vectors, metadata });
        await collection.checkpoint();
        return {
          search: async (query, k) => {
            const hits = await collection.search({ vector: query, k });
            return hits.map(({ key }) => Number(key));
          },
          close: () => collection.close(),
        };
      };
    },
  };
}

/** A collection in memory of texts only. */
export function createNighTexts(): TextsAdapter {
  return {
    name: 'nigh',
    version: 'this commit',
    note: 'a collection in memory, fields title and text, defaults; stores the documents too',
    prepareImport: (texts) => {
      const columns = {
        keys: texts.map((_, i) => i),
        texts: texts.map(({ text }) => text),
        metadata: texts.map(({ title }) => ({ title })),
      };
      return async () => {
        const { text } = FILM_SCHEMA;
        const collection = await Collection.open(':memory:', { text });
        await collection.upsert(columns);
        return {
          search: async (query, k) => {
            const hits = await collection.search({ text: query, k });
            return hits.map(({ key }) => Number(key));
          },
          close: () => collection.close(),
        };
      };
    },
  };
}
