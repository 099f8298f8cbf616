/** Importing all films: how fast, and where the time goes. Every import in a process of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { IN_MEMORY } from '@nigh/collection';
import { Child } from '../harness/child.ts';
import type { FilmFiles } from '../harness/films.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import type { ImportAnswer, ImportCase } from './collections-import-case.ts';
import type { MeasuredImport } from './collections-report.ts';

const PROGRAM = join(import.meta.dirname, 'collections-import-case.ts');
const KINDS = ['a folder', 'memory'] as const;

async function importOnce(
  kind: (typeof KINDS)[number],
  { files, folder }: { readonly files: FilmFiles; readonly folder: string },
  profiled: boolean,
): Promise<ImportAnswer> {
  const own = await mkdtemp(join(folder, 'import-'));
  const path = kind === 'memory' ? IN_MEMORY : join(own, 'collection');
  const child = await Child.start(PROGRAM, { files, path } satisfies ImportCase);
  const answer = await child.ask<ImportAnswer>({ profiled });
  await child.stop();
  await rm(own, { recursive: true });
  return answer;
}

/** @param place where files may be written */
export async function measureImports(
  place: { readonly files: FilmFiles; readonly folder: string },
  rounds: number,
): Promise<MeasuredImport[]> {
  const { count } = place.files;
  const contestants = KINDS.map((kind) => ({
    name: kind,
    measure: async () => count / (await importOnce(kind, place, false)).seconds,
  }));
  const samples = await interleave(contestants, { rounds, warmup: 0 });
  const measured: MeasuredImport[] = [];
  for (const kind of KINDS) {
    const { shares } = await importOnce(kind, place, true);
    measured.push({ into: kind, speeds: samplesOf(samples, kind), shares });
  }
  return measured;
}
