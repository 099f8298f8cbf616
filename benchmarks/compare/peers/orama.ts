/** Orama: BM25 over a radix tree, with its defaults: any of the words, also as beginnings. */
import { installedVersion, requirePeer } from '../installed.ts';
import type { TextsAdapter } from '../texts.ts';

interface NativeModule {
  create(options: object): object;
  insertMultiple(database: object, documents: readonly object[]): Promise<unknown>;
  search(
    database: object,
    query: object,
  ): Promise<{ readonly hits: readonly { readonly id: string }[] }>;
}

/** @throws when benchmarks/compare was not installed */
export function createOrama(): TextsAdapter {
  const orama = requirePeer('@orama/orama') as NativeModule;
  return {
    name: 'Orama',
    version: installedVersion('@orama/orama'),
    note: 'defaults, fields title and text, `insertMultiple`; stores the documents too',
    prepareImport: (texts) => {
      const documents = texts.map((text, id) => ({ ...text, id: String(id) }));
      return async () => {
        const database = orama.create({ schema: { title: 'string', text: 'string' } });
        await orama.insertMultiple(database, documents);
        return {
          search: async (term, limit) => {
            const { hits } = await orama.search(database, { term, limit });
            return hits.map(({ id }) => Number(id));
          },
          close: async () => undefined,
        };
      };
    },
  };
}
