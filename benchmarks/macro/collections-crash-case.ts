/**
 * Imports films into a folder and is killed, by itself, when the last of them is in the log and the
 * index begins to link: started by macro/collections-reopen.ts.
 */
import { Collection } from '@nigh/collection';
import { FILM_SCHEMA, type FilmFiles } from '../harness/films.ts';

const [folder = '', files = ''] = process.argv.slice(2);
const { rows, vectors } = JSON.parse(files) as FilmFiles;
const collection = await Collection.open(folder, FILM_SCHEMA);
await collection.import({
  ...{ rows, vectors },
  onProgress: ({ phase }) => {
    if (phase !== 'import') process.kill(process.pid, 'SIGKILL');
  },
});
throw new Error('the import ended before it was killed');
