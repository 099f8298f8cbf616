// Documents: what is written is found, also after the folder was opened again; one writer at a time;
// files that are imported.

import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Collection, type Hit, verifyCollection } from '@nigh/collection';
import { type Checks, DIMENSION, queries, refuses, rowOf, vectors } from './check.ts';

const schema = {
  vector: { dimension: DIMENSION, flatThreshold: 0 },
  fields: { year: 'number', tags: 'string[]' },
  text: ['text'],
} as const;

const WORDS = ['river', 'mountain', 'harbour', 'engine', 'garden', 'winter', 'letter'];

const documents = Array.from({ length: 600 }, (_, n) => ({
  key: `document-${n}`,
  vector: rowOf(vectors, n),
  metadata: { year: 1900 + (n % 100), tags: [WORDS[n % 5] ?? ''] },
  text: `A ${WORDS[n % 7]} and the ${WORDS[n % 3]} of ${n}`,
}));

const keysOf = (hits: readonly Hit[]): string => hits.map(({ key }) => key).join(' ');

/** What searches of all kinds find. */
async function findAll(collection: Collection): Promise<string> {
  const vector = rowOf(queries, 0);
  const filter = { year: { $gte: 1950 }, tags: 'river' };
  const found = [
    await collection.search({ vector, k: 5 }),
    await collection.search({ vector, filter, k: 5 }),
    await collection.search({ text: 'rivers and gardens', k: 5 }),
    await collection.search({ text: 'winter letter', vector, k: 5 }),
    await collection.search({ like: 'document-17', k: 5 }),
  ];
  assert.ok(found.every((hits) => hits.length === 5));
  return found.map(keysOf).join('; ');
}

export const collectionChecks: Checks = {
  'documents, filters, text, hybrid search': async () => {
    const collection = await Collection.open(':memory:', schema);
    await collection.upsert(documents);
    const found = await findAll(collection);
    await collection.update({ key: 'document-3', metadata: { year: 2000 } });
    assert.equal(collection.count({ year: 2000 }), 1);
    assert.equal(await collection.delete(['document-3', 'nothing']), 1);
    await refuses('INVALID_DOCUMENT', () => collection.upsert({ key: 'a' }));
    await collection.close();
    return found;
  },

  'a folder, opened again': async (folder) => {
    const path = join(folder, 'documents');
    const first = await Collection.open(path, schema);
    await first.upsert(documents.slice(0, 300));
    await first.checkpoint();
    await first.upsert(documents.slice(300));
    await first.delete({ filter: { year: 1999 } });
    const found = await findAll(first);
    await first.close();
    const second = await Collection.open(path, { threads: 1 });
    assert.equal(await findAll(second), found);
    assert.deepEqual(await second.verify(), []);
    await second.compact();
    await second.backup(join(folder, 'backup'));
    await second[Symbol.asyncDispose]();
    const third = await Collection.open(join(folder, 'backup'));
    assert.equal(third.count(), 594);
    await third.close();
    assert.equal((await verifyCollection(path)).problems.length, 0);
    return found;
  },

  'one writer at a time': async (folder) => {
    const path = join(folder, 'locked');
    const first = await Collection.open(path, schema);
    await refuses('LOCKED', () => Collection.open(path));
    await first.close();
    await (await Collection.open(path)).close();
    return undefined;
  },

  'a damaged folder is refused': async (folder) => {
    const path = join(folder, 'broken');
    const collection = await Collection.open(path, schema);
    await collection.upsert(documents.slice(0, 50));
    await collection.close();
    const logs = (await readdir(path)).filter((name) => name.startsWith('log-'));
    assert.ok(logs.length > 0, 'there is no log');
    for (const log of logs) await writeFile(join(path, log), new Uint8Array(5000).fill(7));
    await refuses('LOG_CORRUPT', () => Collection.open(path));
    return undefined;
  },

  'import of rows': async (folder) => {
    const path = join(folder, 'rows.jsonl');
    const rows = documents.map(({ key, vector, metadata }) => ({
      ...{ key, vector: [...vector], ...metadata },
    }));
    await writeFile(path, rows.map((row) => JSON.stringify(row)).join('\n'));
    const collection = await Collection.open(':memory:', {
      vector: schema.vector,
      fields: schema.fields,
    });
    const { count } = await collection.import({ rows: path, key: 'key' });
    assert.equal(count, documents.length);
    const hits = await collection.search({ vector: rowOf(vectors, 5), k: 3 });
    assert.equal(hits[0]?.key, 'document-5');
    await collection.close();
    return keysOf(hits);
  },
};
