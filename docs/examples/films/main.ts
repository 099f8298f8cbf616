// Films: imports rows and vectors into a collection, then asks it three questions. Takes the films
// of ../shared/data/movies where that folder lies beside the repository, and else some 400 invented
// ones, as with `node docs/examples/films/main.ts invented`.

import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Collection, field, type Hit } from '@nigh/collection';
import { uniform } from '@nigh/core';

type Film = {
  title: string;
  year: number;
  genres: string[];
};

const movies = fileURLToPath(new URL('../../../../shared/data/movies', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'nigh-films-'));
try {
  const isReal = existsSync(join(movies, 'docs.jsonl')) && process.argv[2] !== 'invented';
  const files = isReal ? moviesIn(movies) : await invent(folder, 400);
  await using films = await Collection.open<Film>(join(folder, 'films'), {
    vector: { dimension: files.dimension, metric: 'cosine' },
    fields: { year: 'number', genres: 'string[]' },
    text: { fields: { title: { weight: 2 }, text: {} } },
  });
  const metadata = ['title', 'year', 'genres'];
  const { count } = await films.import({ rows: files.rows, vectors: files.vectors, metadata });
  console.log(`${count} ${isReal ? 'films' : 'invented films'}`);

  const text = 'a detective hunts a thief';
  const found = await films.search({ text, k: 5 });
  show(`About "${text}"`, found);

  const like = found[0].key;
  show(`More like "${found[0].metadata.title}"`, await films.search({ like, k: 5 }));

  const filter = field('year')
    .gte(1960)
    .and(field('genres').in(['Comedy', 'Romance']));
  const both = await films.search({ text, like, filter, k: 5 });
  show('Both at once, comedies and romances since 1960', both);
} finally {
  await rm(folder, { recursive: true });
}

function show(question: string, hits: readonly Hit<Film>[]): void {
  console.log(`\n${question}`);
  for (const { score, metadata } of hits) {
    const { title, year, genres } = metadata;
    console.log(`  ${score.toFixed(4).padStart(8)}  ${title} (${year}) ${genres.join(', ')}`);
  }
}

function moviesIn(path: string) {
  const [rows, vectors] = [join(path, 'docs.jsonl'), join(path, 'docs_lsa384.npy')];
  return { rows, vectors, dimension: 384 };
}

/** Writes invented films, and vectors that are near each other where heroes and genres are. */
async function invent(path: string, count: number) {
  const heroes = ['detective', 'thief', 'pilot', 'violinist', 'robot', 'queen'];
  const deeds = ['hunts', 'marries', 'betrays', 'rescues', 'follows'];
  const genres = ['Comedy', 'Romance', 'Crime', 'Science Fiction'];
  let drawn = 0;
  const draw = (below: number): number => Math.floor(uniform(1, drawn++) * below);
  const dimension = 16;
  const vectors = new Float32Array(count * dimension);
  const lines = Array.from({ length: count }, (_, id) => {
    const [hero, deed, other, genre] = [heroes, deeds, heroes, genres].map(({ length }) =>
      draw(length),
    );
    const vector = vectors.subarray(id * dimension, (id + 1) * dimension);
    for (let i = 0; i < dimension; i++) vector[i] = draw(1000) / 4000;
    for (const i of [hero, other, heroes.length + genre]) vector[i] += 1;
    const title = `The ${heroes[hero]} and the ${heroes[other]}, part ${1 + draw(9)}`;
    const text = `A ${heroes[hero]} ${deeds[deed]} a ${heroes[other]}.`;
    return JSON.stringify({ id, title, text, year: 1930 + draw(90), genres: [genres[genre]] });
  });
  const rows = join(path, 'films.jsonl');
  await writeFile(rows, lines.join('\n'));
  const shape = `{'descr': '<f4', 'fortran_order': False, 'shape': (${count}, ${dimension}), }`;
  const head = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${shape.padEnd(117)}\n`, 'latin1');
  const file = join(path, 'films.npy');
  await writeFile(file, Buffer.concat([head, new Uint8Array(vectors.buffer)]));
  return { rows, vectors: file, dimension };
}
