// A process that opens a store and appends numbers, telling every acknowledged one on its standard
// output, until it is killed. Also takes snapshots, so that kills meet them.
//
// arguments: folder, durability, first number

import { Store } from '@nigh/storage';

const [folder = '', durability = 'sync', first = '1'] = process.argv.slice(2);

async function open(): Promise<Store> {
  const store = await Store.open(folder, { durability: durability as 'sync' | 'os' });
  for await (const _ of store.records());
  if (store.isNew) await store.initialize({});
  return store;
}

const store = await open();
process.stdout.write(`open ${store.stats().sequence}\n`);
const bytes = new Uint8Array(300);
const view = new DataView(bytes.buffer);
for (let number = Number(first); ; number++) {
  view.setUint32(0, number, true);
  const sequence = await store.append(0, [bytes.fill(number, 4)]);
  process.stdout.write(`${sequence} ${number}\n`);
  if (number % 50 !== 0) continue;
  const mark = await store.rotate();
  const written = store.writeSnapshot(mark, {}, (writer) =>
    writer.images('count', {
      count: { header: { count: mark.sequence }, arrays: { filler: new Uint8Array(100_000) } },
    }),
  );
  await written;
}
