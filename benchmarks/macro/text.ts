/**
 * Relevance, time and memory of the text index on texts with known items: MRR@10 and success@10 of
 * queries of which one text is to be found, how long texts take to be indexed and queries to be
 * answered, with all rows and with a tenth of them accepted.
 *
 * The folder given has docs.jsonl {id, title, text} and known_item.jsonl {query, relevant}.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TextIndex } from '@nigh/text';
import { percentile, significant } from '../harness/stats.ts';

interface Film {
  readonly id: number;
  readonly title: string;
  readonly text: string;
}

interface KnownItem {
  readonly query: string;
  readonly relevant: number;
}

const K = 10;
const ROUNDS = 5;
const SHARE = 10;
const VARIANTS = {
  'as it comes': {},
  'no stems': { stem: false },
  'stop words left out': { stopWords: true },
  'k1 1.2, b .75': { k1: 1.2, b: 0.75 },
  'title three times': { fields: { title: { weight: 3 }, text: {} } },
} as const;

const folder = process.argv[2];
if (folder === undefined) throw new Error('say where docs.jsonl and known_item.jsonl are');
const films = read<Film>('docs.jsonl');
const items = read<KnownItem>('known_item.jsonl');
const accept = new Uint32Array(Math.ceil(films.length / 32));
for (let row = 0; row < films.length; row += SHARE) accept[row >>> 5]! |= 1 << (row & 31);

function read<T>(name: string): T[] {
  const lines = readFileSync(join(folder as string, name), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as T);
}

/** By query the least of several times, in milliseconds: what others do at once is left out. */
function timesOf(search: (query: string) => unknown): number[] {
  const least = items.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { query }] of items.entries()) {
      const start = performance.now();
      search(query);
      least[i] = Math.min(least[i]!, performance.now() - start);
    }
  }
  return least;
}

const table: Record<string, Record<string, number>> = {};
for (const [name, options] of Object.entries(VARIANTS)) {
  const start = performance.now();
  const index = await TextIndex.create({ fields: ['title', 'text'], ...options });
  for (const { id, title, text } of films) index.add(id, [title, text]);
  const indexed = performance.now() - start;
  const ranks = items.map(({ query, relevant }) => index.search(query, K).rows.indexOf(relevant));
  const found = ranks.filter((rank) => rank >= 0);
  const times = timesOf((query) => index.search(query, K));
  const filtered = timesOf((query) => index.search(query, K, { accept }));
  table[name] = {
    'MRR@10': significant(found.reduce((sum, rank) => sum + 1 / (rank + 1), 0) / items.length),
    'success@10': found.length / items.length,
    'index ms': Math.round(indexed),
    'p50 ms': significant(percentile(times, 50), 2),
    'p99 ms': significant(percentile(times, 99), 2),
    'a tenth, p50 ms': significant(percentile(filtered, 50), 2),
    MB: significant(index.bytes / 1e6, 3),
  };
}
console.table(table);
