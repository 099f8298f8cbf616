/**
 * nigh beside its peers, in one run: installing, building, memory, files, searching at equal
 * recall, filters, vectors that come and go, damaged files. One result file, from which the tables
 * come. Everybody has a process of its own and they take turns; who fails is noted, and the others
 * go on.
 */
import { availableParallelism } from 'node:os';
import { endChildren } from '../harness/child.ts';
import type { DataSet } from '../harness/data-sets.ts';
import { exactResults } from '../harness/exact-results.ts';
import { readOptions } from '../harness/options.ts';
import { completeReport, printReport } from '../harness/report.ts';
import { buildContestant, type Searched } from './build-part.ts';
import { CHURN_COUNT, measureChurn } from './churn-part.ts';
import { K } from './constants.ts';
import { measureCurves } from './curve-part.ts';
import { measureFilters } from './filter-part.ts';
import { measureInstalls } from './install-part.ts';
import { firstLine, isTooLarge, loadContestants, NIGH, suits } from './peers.ts';
import { elapsedSeconds, note } from './progress.ts';
import { nothingMeasured, reportOf } from './report.ts';
import { saveNewest, writeTo } from './save.ts';
import {
  CLUSTERED_SETS,
  loadFilteredSet,
  loadSet,
  SET_NAMES,
  type StoredSet,
  storeSet,
} from './sets.ts';
import type { Field, Run } from './settings.ts';
import { createTemporary } from './temporary.ts';
import { damageIndexes } from './truncated-part.ts';

/** Fewer vectors are for a quick look: at one set where nothing else is said, in short passes. */
const QUICK_COUNT = 10_000;
const POINT_SECONDS = 0.15;
const QUICK_POINT_SECONDS = 0.05;

const options = readOptions(
  {
    ...{ sets: 0, count: 1_000_000, rounds: 3, seed: 1 },
    ...{ M: 16, efConstruction: 100, peerEfConstruction: 200, installs: 0 },
  },
  ['file', 'out', 'only'],
);
const isQuick = options.count < QUICK_COUNT;
const { adapters: all, failures } = loadContestants();
const only = options.only?.split(',');
const adapters = all.filter(({ name }) => only === undefined || only.includes(name));
const run: Run = {
  settings: {
    ...options,
    pointSeconds: isQuick ? QUICK_POINT_SECONDS : POINT_SECONDS,
    cores: availableParallelism(),
  },
  temporary: createTemporary(),
  adapters,
  failures: [...failures],
};
const measured = nothingMeasured();

if (options.save || options.installs > 0) await part('installing', measurePackages);
for (const name of setNames()) await part(name, () => measureSet(name));
await part('filters', measureFiltering);
// Of its own vectors, and of everybody.
const isWhole = options.file === undefined && only === undefined;
if (isWhole) await part('churn', measureReplacing);
const report = completeReport(reportOf(run, measured));
printReport(report, ['builds', 'summary', 'ratios', 'filtered', 'churn', 'truncated', 'failures']);
if (options.out !== undefined) writeTo(options.out, report);
if (options.save) saveNewest(report);
endChildren(); // of a part that failed some may be left
note(`done in ${Math.round(elapsedSeconds())} s`);

/** A part that fails is a row among the failures. */
async function part(name: string, work: () => Promise<void>): Promise<void> {
  note(`${name} ...`);
  try {
    await work();
  } catch (error) {
    note(`${name} failed: ${firstLine(error)}`);
    run.failures.push({ name, reason: firstLine(error) });
  }
}

async function measureReplacing(): Promise<void> {
  measured.churned = await measureChurn(run, Math.min(CHURN_COUNT, options.count));
}

/** A file of the caller's is measured alone. */
function setNames(): readonly string[] {
  if (options.file !== undefined) return [options.file];
  return SET_NAMES.slice(0, options.sets || (isQuick ? 1 : SET_NAMES.length));
}

async function measurePackages(): Promise<void> {
  const packages = new Set(adapters.map(({ from }) => from).filter((from) => from !== NIGH));
  measured.installs = await measureInstalls(run.temporary, [...packages]);
}

async function measureSet(name: string): Promise<void> {
  const field = await prepareField(name);
  if (field === undefined) {
    measured.missing.push(name);
    return;
  }
  measured.sets.push(field.set);
  const searched: Searched[] = [];
  for (const adapter of adapters.filter(({ name }) => takesPart(name, field.set))) {
    const built = await buildContestant(run, adapter, field);
    measured.builds.push(...built.builds);
    if (built.searched !== undefined) searched.push(built.searched);
  }
  measured.curves.push(...(await measureCurves(run, field, searched)));
  const isFirst = measured.sets.length === 1;
  if (isFirst) measured.truncated.push(...(await damageIndexes(run, searched)));
  await finish(field, searched);
}

/** On indexes of their own: what a filter needs would be paid for in every build and search. */
async function measureFiltering(): Promise<void> {
  const data = await loadFilteredSet(options.file, options.count);
  if (data === undefined) return;
  const field = { ...(await fieldOf(data)), isMain: false, hasCategories: true };
  const searched: Searched[] = [];
  for (const adapter of adapters.filter(({ filter }) => filter !== null)) {
    if (!takesPart(adapter.name, field.set)) continue;
    const built = await buildContestant(run, adapter, field);
    if (built.searched !== undefined) searched.push(built.searched);
  }
  measured.filtered.push(...(await measureFilters(run, field, searched)));
  await finish(field, searched);
}

async function finish({ set }: Field, searched: readonly Searched[]): Promise<void> {
  for (const { subject, task } of searched) {
    await subject.stop();
    run.temporary.remove(task.folder);
  }
  run.temporary.remove(set.folder);
}

/** Who is left out because a build takes too long is listed as a failure. */
function takesPart(name: string, { name: set, count, dimension }: StoredSet): boolean {
  if (!suits(name, dimension)) return false;
  if (!isTooLarge(name, count, dimension)) return true;
  run.failures.push({ name: `${name}, ${set}`, reason: 'left out: its build takes minutes' });
  return false;
}

async function prepareField(name: string): Promise<Field | undefined> {
  const data = await loadSet(name, options.count);
  if (data === undefined) return undefined;
  const isMain = CLUSTERED_SETS.includes(name) || name === options.file;
  return { ...(await fieldOf(data)), isMain, hasCategories: false };
}

async function fieldOf(data: DataSet): Promise<Pick<Field, 'set' | 'truth'>> {
  const set = storeSet(data, run.temporary.folder('set'));
  return { set, truth: await exactResults(data, K) };
}
