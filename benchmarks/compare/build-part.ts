/**
 * Builds: everybody once with one thread, and on the main sets the first of each package once with
 * two, where it can. One after the other, each in a fresh process; what the first takes in memory
 * and in files, and how long it takes to load. The loaded indexes are those that are searched.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Runtime } from '../harness/child.ts';
import { meanRecall } from '../harness/ground-truth.ts';
import { READABLE, READABLE_ENVIRONMENT } from '../harness/resident.ts';
import { EF_SEARCH } from './constants.ts';
import type { BuildAnswer, FindAnswer, IndexTask, TimedAnswer } from './index-case.ts';
import type { AnyAdapter } from './peers.ts';
import { note } from './progress.ts';
import { type Field, type Run, taskOf } from './settings.ts';
import { Subject } from './subject.ts';

/** Of every process that builds, so that builds are timed alike whether memory is read or not. */
const BUILDER: Runtime = { flags: READABLE, environment: READABLE_ENVIRONMENT };

export interface Build {
  readonly set: string;
  readonly name: string;
  readonly threads: number;
  readonly count: number;
  readonly seconds: number;
  readonly recall: number | null;
  readonly residentBytes: number | null;
  readonly fileBytes: number | null;
  readonly saveMilliseconds: number | null;
  readonly loadMilliseconds: number | null;
}

/** An index that is ready to be searched, in a process that did not build it where it can load. */
export interface Searched {
  readonly subject: Subject;
  readonly adapter: AnyAdapter;
  readonly task: IndexTask;
  /** What it says it holds, else the bytes of its file, of each vector. */
  readonly bytesPerVector: number | null;
  readonly canFilter: boolean;
  /** What it was loaded from; null where nothing was loaded. */
  readonly files: Files | null;
}

/** What `load` opens, and the folder or file that holds it with all that belongs to it. */
export interface Files {
  readonly path: string;
  readonly whole: string;
}

export interface BuildPart {
  readonly builds: readonly Build[];
  readonly searched: Searched | undefined;
}

/** Builds, saves and loads one contestant. */
export async function buildContestant(
  run: Run,
  adapter: AnyAdapter,
  field: Field,
): Promise<BuildPart> {
  const first = await buildFirst(run, adapter, field);
  if (first === undefined) return { builds: [], searched: undefined };
  const second = isBuiltAgain(run, adapter, field) ? await buildAgain(run, adapter, field) : [];
  return { builds: [first.build, ...second], searched: first.searched };
}

/** What a second thread gains is the same for every way of one package to keep vectors. */
function isBuiltAgain(
  { adapters, settings }: Run,
  adapter: AnyAdapter,
  { isMain }: Field,
): boolean {
  const isFirst = adapters.find(({ from }) => from === adapter.from)?.name === adapter.name;
  return isMain && isFirst && adapter.buildThreads === 'any' && settings.cores > 1;
}

async function buildFirst(
  run: Run,
  adapter: AnyAdapter,
  field: Field,
): Promise<{ readonly build: Build; readonly searched: Searched } | undefined> {
  const task = taskOf(run, adapter, field, 1);
  const builder = await Subject.start(task, run.failures, BUILDER);
  const built = await builder.ask<BuildAnswer>({ kind: 'build' });
  const recall = await recallOf(builder, field);
  const folder = run.temporary.folder(adapter.name);
  const target = join(folder, 'index');
  const saved = built?.canSave
    ? await builder.ask<TimedAnswer>({ kind: 'save', path: target })
    : undefined;
  if (built === undefined || recall === undefined || !builder.takesPart) return undefined;
  // Some write a second file beside the one they are told.
  const files = saved === undefined ? filesOf(built) : { path: target, whole: folder };
  const loaded = await reopen(run, { task, builder, path: adapter.load ? files?.path : undefined });
  if (loaded === undefined) return undefined;
  // By now who lives in files has closed them, with all that was to be written.
  const fileBytes = files && bytesIn(files.whole);
  const { seconds, residentBytes, bytes, canFilter } = built;
  const { set } = field;
  note(`${set.name}: ${adapter.name} built in ${seconds.toFixed(1)} s`);
  const stated = bytes ?? fileBytes;
  return {
    build: {
      ...{ set: set.name, name: adapter.name, threads: 1, count: set.count },
      ...{ seconds, recall, residentBytes, fileBytes },
      saveMilliseconds: saved?.milliseconds ?? null,
      loadMilliseconds: loaded.milliseconds,
    },
    searched: {
      ...{ subject: loaded.subject, adapter, task, canFilter },
      bytesPerVector: stated === null ? null : stated / set.count,
      files: loaded.milliseconds === null ? null : files,
    },
  };
}

function filesOf({ path }: BuildAnswer): Files | null {
  return path === null ? null : { path, whole: path };
}

interface Reopened {
  readonly subject: Subject;
  readonly milliseconds: number | null;
}

/** A fresh process with the saved index; the one that built it where nothing was saved. */
async function reopen(
  run: Run,
  { task, builder, path }: { task: IndexTask; builder: Subject; path: string | undefined },
): Promise<Reopened | undefined> {
  if (path === undefined) return { subject: builder, milliseconds: null };
  await builder.stop();
  const subject = await Subject.start(task, run.failures);
  const loaded = await subject.ask<TimedAnswer>({ kind: 'load', path });
  return loaded && { subject, milliseconds: loaded.milliseconds };
}

async function buildAgain(run: Run, adapter: AnyAdapter, field: Field): Promise<Build[]> {
  const threads = 2;
  const task = taskOf(run, adapter, field, threads);
  const builder = await Subject.start(task, run.failures, BUILDER);
  const built = await builder.ask<BuildAnswer>({ kind: 'build' });
  const recall = await recallOf(builder, field);
  await builder.stop();
  run.temporary.remove(task.folder);
  if (built === undefined || recall === undefined) return [];
  const { set } = field;
  const none = { residentBytes: null, fileBytes: null };
  return [
    {
      ...{ set: set.name, name: adapter.name, threads, count: set.count },
      ...{ seconds: built.seconds, recall, ...none },
      ...{ saveMilliseconds: null, loadMilliseconds: null },
    },
  ];
}

async function recallOf(subject: Subject, { truth }: Field): Promise<number | undefined> {
  const answer = await subject.ask<FindAnswer>({ kind: 'find', efSearch: EF_SEARCH });
  return answer && recallOfFound(truth, answer.found);
}

/** Of the queries that were asked: a slow contestant answers the first ones only. */
export function recallOfFound(truth: readonly Uint32Array[], found: FindAnswer['found']): number {
  return meanRecall(truth.slice(0, found.length), (query) => found[query] ?? []);
}

/** A file, or everything in a folder. */
export function bytesIn(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}
