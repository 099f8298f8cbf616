/**
 * Building: vectors per second of both of nigh's builders and of hnswlib-node, every build in a
 * cold process, contestants taking turns, each with the recall of the graph it left behind. With
 * `--profile`, where the time of a build goes instead (build-profile.ts).
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { isInstalled } from '../compare/installed.ts';
import { createHnswlibNode } from '../compare/peers/hnswlib-node.ts';
import { loadFrom } from '../compare/peers.ts';
import { loadDataSet, MOVIES } from '../harness/data-sets.ts';
import { readOptions } from '../harness/options.ts';
import { publish } from '../harness/report.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import type { BuildCase, BuildResult } from './build-case.ts';
import {
  buildGoals,
  buildRow,
  compareBuilds,
  type MeasuredBuild,
  summaryRows,
} from './build-report.ts';

const profiled = process.argv.includes('--profile');
if (profiled) process.argv.splice(process.argv.indexOf('--profile'), 1);
const options = readOptions({ M: 16, seed: 1, rounds: 2 });
const SETS = ['clustered 100k x 128', 'clustered 50k x 768', MOVIES, 'clustered 300k x 128'];
/** Measured in one round: the peer alone takes two minutes. */
const LONG_SET = 'clustered 300k x 128';
const LARGE_SET = 'clustered 1M x 128';
const PEER = 'hnswlib-node';
const PEER_EF_CONSTRUCTION = 200;

function caseOf(set: string, given: Partial<BuildCase>): BuildCase {
  const { M, seed } = options;
  const usual = { builder: 'partitions', quality: 'balanced', efConstruction: 100 } as const;
  return { set, ...usual, threads: 1, M, seed, judged: false, ...given };
}

function runCase(test: BuildCase): BuildResult {
  const program = join(import.meta.dirname, 'build-case.ts');
  const output = execFileSync(process.execPath, [program, JSON.stringify(test)], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as BuildResult;
}

function nameOf({ builder, quality, efConstruction, threads }: BuildCase): string {
  if (builder === 'hnswlib-node') return `hnswlib-node, efConstruction ${efConstruction}`;
  const how = builder === 'partitions' ? quality : `insertion, efConstruction ${efConstruction}`;
  return `nigh, ${how}, threads ${threads}`;
}

/** A contestant that runs its case when asked, and is judged the first time. */
class Contestant {
  readonly name: string;
  readonly #test: BuildCase;
  #first: BuildResult | undefined;

  constructor(test: BuildCase) {
    this.name = nameOf(test);
    this.#test = test;
  }

  readonly measure = (): number => {
    // Two threads leave the same graph as one.
    const judged = this.#first === undefined && this.#test.threads === 1;
    const result = runCase({ ...this.#test, judged });
    this.#first ??= result;
    console.log(`${this.#test.set}: ${this.name}: ${result.seconds.toFixed(2)} s`);
    return result.count / result.seconds;
  };

  /** What it did; recall and size are those of its first build. */
  finish(speeds: readonly number[]): MeasuredBuild {
    if (this.#first === undefined) throw new Error(`${this.name} never built`);
    return { ...this.#test, name: this.name, ...this.#first, speeds };
  }
}

/** The references once, for their recall; everybody else once per round, taking turns. */
async function measureSet(
  set: string,
  { compared, references }: { compared: BuildCase[]; references: BuildCase[] },
): Promise<MeasuredBuild[]> {
  const rounds = set === LONG_SET || set === LARGE_SET ? 1 : options.rounds;
  const single = references.map((test) => new Contestant(test));
  const others = compared.map((test) => new Contestant(test));
  const once = single.map((contestant) => contestant.finish([contestant.measure()]));
  const samples = await interleave(others, { rounds, warmup: 0 });
  return [...others.map((one) => one.finish(samplesOf(samples, one.name))), ...once];
}

/** The contestants of a set. */
function casesOf(set: string, peer: boolean): { compared: BuildCase[]; references: BuildCase[] } {
  const compared: Partial<BuildCase>[] = [
    { quality: 'fast' },
    { quality: 'fast', threads: 2 },
    {},
    { threads: 2 },
    { builder: 'insertion' },
  ];
  if (peer) compared.push({ builder: 'hnswlib-node', efConstruction: PEER_EF_CONSTRUCTION });
  const references: Partial<BuildCase>[] = [
    { quality: 'high' },
    { builder: 'insertion', efConstruction: PEER_EF_CONSTRUCTION },
  ];
  return {
    compared: compared.map((given) => caseOf(set, given)),
    references: references.map((given) => caseOf(set, given)),
  };
}

async function compare(): Promise<void> {
  const sources = { [PEER]: { from: PEER, create: createHnswlibNode } };
  const { adapters: peers } = loadFrom(options.save, { sources, isInstalled });
  const builds: MeasuredBuild[] = [];
  for (const set of SETS) {
    if (set === MOVIES && loadDataSet(set) === undefined) continue;
    builds.push(...(await measureSet(set, casesOf(set, peers.length > 0))));
  }
  const large = [caseOf(LARGE_SET, {}), caseOf(LARGE_SET, { threads: 2 })];
  builds.push(...(await measureSet(LARGE_SET, { compared: large, references: [] })));
  const comparisons = compareBuilds(builds);
  publish(
    {
      program: 'build',
      command: 'pnpm --filter @nigh/benchmarks run bulk',
      data: { description: `${SETS.join('; ')}; ${LARGE_SET}; l2, seed ${options.seed}` },
      parameters: { M: options.M, rounds: options.rounds },
      method: [
        'Every build runs in a fresh process: nothing is compiled or started before the clock is.',
        'Timed from the call to the finished index: copying, checking, encoding, repair included.',
        'Contestants take turns; vectors per second is the median of the rounds, ratios are',
        'medians of ratios by round. One round where the set is large; quality high and insertion',
        'at efConstruction 200 are built once, for their recall.',
        '1,000 held-out queries; exact results by exact search. Two threads leave the same bytes.',
        'Missed: vectors that are not found by a search for themselves at efSearch 64.',
        ...peers.map(({ name, version, note }) => `${name} ${version}: ${note}.`),
      ],
      tables: { summary: summaryRows(builds), builds: builds.map(buildRow) },
      comparisons,
      goals: buildGoals(builds),
    },
    options.save,
  );
}

if (profiled) {
  const { profileBuild } = await import('./build-profile.ts');
  for (const name of SETS) await profileBuild(name, options);
} else {
  await compare();
}
