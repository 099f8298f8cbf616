// A process that opens a store when it is told to, says how that went, and holds it until its
// standard input ends.
//
// arguments: folder

import { once } from 'node:events';
import { Store } from '@nigh/storage';

const [folder = ''] = process.argv.slice(2);

async function open(): Promise<string> {
  try {
    const store = await Store.open(folder);
    for await (const _ of store.records());
    return 'opened';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

process.stdin.on('end', () => process.exit(0));
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdout.write(`${await open()}\n`);
