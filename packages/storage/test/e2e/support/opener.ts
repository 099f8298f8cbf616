// A process that waits until a moment, opens a store, says how that went, and holds it until its
// standard input ends.
//
// arguments: folder, milliseconds of the clock at which to open

import { Store } from '@nigh/storage';

const [folder = '', at = '0'] = process.argv.slice(2);

async function open(): Promise<string> {
  try {
    const store = await Store.open(folder);
    for await (const _ of store.records());
    return 'opened';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

while (Date.now() < Number(at)) await new Promise((done) => setTimeout(done, 1));
process.stdout.write(`${await open()}\n`);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
