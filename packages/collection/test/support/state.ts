// What a collection shows of itself, as one text: what changes it has changed the collection.

import type { Collection } from '../../src/index.ts';

/** All documents, and what searches find. */
export async function stateOf(collection: Collection): Promise<string> {
  const documents: unknown[] = [];
  for await (const one of collection.documents({ vectors: true })) documents.push(one);
  const { vector, text } = collection.schema;
  const searches: unknown[] = [collection.count({})];
  if (vector) {
    const query = Array.from({ length: vector.dimension }, (_, i) => i + 1);
    searches.push(await collection.search({ vector: query, exact: true, k: 100 }));
    if (text) searches.push(await collection.search({ vector: query, text: 'alpha beta', k: 100 }));
  }
  if (text) searches.push(await collection.search({ text: 'alpha beta gamma', k: 100 }));
  const { count, rows } = collection.stats();
  return JSON.stringify({ documents, searches, count, rows, problems: await collection.verify() });
}
