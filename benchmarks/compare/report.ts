/** The result file of the comparison: what was measured, how, and everything that comes of it. */
import type { ReportBody } from '../harness/report.ts';
import type { Build } from './build-part.ts';
import { CHURN_COUNT, type Churned } from './churn-part.ts';
import { compareBuilds, compareChurn, compareFiltered, compareInstalls } from './comparisons.ts';
import { EF_SEARCH, K } from './constants.ts';
import { type Curve, EF_SEARCHES } from './curve-part.ts';
import { compareCurves, curveRows, ratioRows, searchGoals, summaryRow } from './curve-report.ts';
import type { Filtered } from './filter-part.ts';
import type { Installs } from './install-part.ts';
import { failureRows } from './peers.ts';
import { buildRows, churnRows, filteredRows, peerRows, truncatedRows } from './rows.ts';
import type { StoredSet } from './sets.ts';
import { isOurs, type Run, type Settings } from './settings.ts';
import type { Truncated } from './truncated-part.ts';

/** What the parts have come to so far. */
export interface Measured {
  installs: Installs;
  churned: Churned;
  readonly sets: StoredSet[];
  /** Real sets that were not there. */
  readonly missing: string[];
  readonly builds: Build[];
  readonly curves: Curve[];
  readonly filtered: Filtered[];
  readonly truncated: Truncated[];
}

export function nothingMeasured(): Measured {
  const rows = { sets: [], missing: [], builds: [], curves: [], filtered: [], truncated: [] };
  return { ...rows, installs: new Map(), churned: { courses: [], notes: new Map() } };
}

export function reportOf({ settings, adapters, failures }: Run, measured: Measured): ReportBody {
  const { M, efConstruction, peerEfConstruction, rounds, seed, pointSeconds } = settings;
  const peers = adapters.filter((adapter) => !isOurs(adapter));
  const { curves, builds, installs } = measured;
  const sets = measured.sets.map(({ name, count, metric }) => `${name} (${count}, ${metric})`);
  return {
    program: 'compare',
    command: 'npm run compare',
    data: { description: `${sets.join('; ')}; held-out queries, clustered ones with seed 1` },
    parameters: {
      ...{ k: K, M, efConstruction, peerEfConstruction, rounds, seed, pointSeconds },
      ...{ efSearch: EF_SEARCHES, efSearchOutsideCurves: EF_SEARCH, churnCount: CHURN_COUNT },
    },
    method: [
      ...methodOf(settings),
      ...adapters.map(({ name, version, note }) => `${name} ${version}: ${note}.`),
      ...measured.missing.map((name) => `${name} was not there.`),
    ],
    tables: {
      peers: peerRows({ adapters, failures, installs }),
      builds: buildRows(builds),
      curve: curves.flatMap(curveRows),
      summary: curves.map(summaryRow),
      ratios: ratioRows(curves),
      filtered: filteredRows(measured.filtered),
      churn: churnRows(measured.churned),
      truncated: truncatedRows(measured.truncated),
      failures: failureRows(failures),
    },
    comparisons: [
      ...compareCurves(curves),
      ...compareFiltered(measured.filtered, peers),
      ...compareBuilds(builds, peers),
      ...compareChurn(measured.churned, peers),
      ...compareInstalls(installs, peers),
    ],
    goals: searchGoals(curves),
  };
}

function methodOf(settings: Settings): string[] {
  const { rounds, pointSeconds, efConstruction, peerEfConstruction } = settings;
  return [
    'Everybody in a process of its own, one running at a time. Recall is against an exact search.',
    'Installing: each package alone, at the version of benchmarks/compare, with npm into an empty',
    'folder and with the cache of npm that is there; megabytes are those of node_modules. Ours is',
    'packed from this checkout. Install scripts run where benchmarks/compare allows them.',
    'Builds: one after the other, each in a fresh process, from vectors in memory in the form a',
    'library takes to an index that can be searched. With two threads on the clustered sets only,',
    'and one way to keep vectors of each package. Every process that builds, with however many',
    'threads, has a young generation of 1 MB (--max-semi-space-size=1) and',
    'MALLOC_MMAP_THRESHOLD_=131072, so that memory can be read.',
    `efConstruction is ${peerEfConstruction} for peers and ${efConstruction} for nigh, whose first`,
    'build does not use it. Memory is how much the process has grown once the build is over,',
    'garbage collected (Linux), and no peak. Loading is in another fresh process, of files that',
    'are in the cache of the system, until the first query is answered.',
    'Searches: one thread, one query per call, on the loaded index, or the built one, in the',
    'process that built it, where nothing loads. Per efSearch everybody answers all queries once',
    'untimed, for its recall (as many as fit in 1.5 s, at least 100 where these take no more',
    `than 12 s), and then asks for about ${pointSeconds} s in each of ${rounds} rounds, taking`,
    'turns. Queries per second is the median of the rounds, ratios are medians of ratios by round.',
    `Latencies come from passes of their own, ${rounds} of them, taking turns, and each figure is`,
    'the median of those of the passes.',
    'A curve ends where more work finds nothing more. Equal recall: interpolated, linear in recall',
    'and in the logarithm of the figure. "derived": vectors projected from text.',
    'Filters: on indexes of their own (the first 20,000 vectors), the only ones whose vectors have',
    'categories, 100 drawn at random, and those below a limit pass. One efSearch for everybody,',
    `${EF_SEARCH}, so recall stands beside the speed; it is against the oracle under the same`,
    'filter. The bits of nigh are made before the clock starts; other libraries evaluate theirs',
    'in every query.',
    `Churn: ${CHURN_COUNT} x 128, clustered; a tenth is replaced five times; beside an index of`,
    'the same live vectors built anew; one builds or replaces at a time.',
    'Damaged files: copies of what was loaded, or of the largest file of its folder, opened in a',
    'process of its own and asked 20 queries.',
  ];
}
