/** minisearch: BM25+ over a radix tree, with its defaults: any of the words, no prefixes. */
import { installedVersion, requirePeer } from '../installed.ts';
import type { TextsAdapter, TitledText } from '../texts.ts';

interface Index {
  addAll(documents: readonly (TitledText & { readonly id: number })[]): void;
  search(query: string): readonly { readonly id: number }[];
}

type NativeModule = new (options: { readonly fields: readonly string[] }) => Index;

/** @throws when benchmarks/compare was not installed */
export function createMinisearch(): TextsAdapter {
  const MiniSearch = requirePeer('minisearch') as NativeModule;
  return {
    name: 'minisearch',
    version: installedVersion('minisearch'),
    note: 'defaults, fields title and text, `addAll`; it returns all matches, the first count',
    prepareImport: (texts) => {
      const documents = texts.map((text, id) => ({ ...text, id }));
      return async () => {
        const index = new MiniSearch({ fields: ['title', 'text'] });
        index.addAll(documents);
        return {
          search: async (query, k) =>
            index
              .search(query)
              .slice(0, k)
              .map(({ id }) => id),
          close: async () => undefined,
        };
      };
    },
  };
}
