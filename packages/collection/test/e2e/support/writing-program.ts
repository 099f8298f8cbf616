// Writes to a collection until it is killed, and tells every write that was acknowledged.
// Arguments: the folder, the number of the first write, threads.

import { writeSync } from 'node:fs';
import { Collection } from '@nigh/collection';
import { operation } from './operations.ts';

const [folder = '', first = '0', threads = '1'] = process.argv.slice(2);
const collection = await Collection.open(folder, {
  vector: { dimension: 3, flatThreshold: 0 },
  fields: { n: 'number' },
  text: ['text'],
  threads: Number(threads),
  checkpointAt: 20_000,
});
for (let n = Number(first); ; n += 3) {
  const together = [n, n + 1, n + 2].map((one) => operation(one).call(collection));
  await Promise.all(together);
  writeSync(1, `${n + 2}\n`);
  if (n % 60 === 0) void collection.compact();
}
