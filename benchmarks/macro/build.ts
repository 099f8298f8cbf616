/**
 * Building: vectors per second of both of nigh's builders and of hnswlib-node, every build in a
 * cold process, contestants taking turns, each with the recall of the graph it left behind. With
 * `--profile`, where the time of a build goes instead (build-profile.ts).
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { loadBuildSet, MOVIES } from '../harness/build-sets.ts';
import { readOptions } from '../harness/options.ts';
import { loadPeers } from '../harness/peers.ts';
import { publish } from '../harness/report.ts';
import { interleave, samplesOf } from '../harness/run.ts';
import type { BuildCase, BuildResult } from './build-case.ts';
import { buildGoals, buildRow, compareBuilds, type MeasuredBuild } from './build-report.ts';

const profiled = process.argv.includes('--profile');
if (profiled) process.argv.splice(process.argv.indexOf('--profile'), 1);
const options = readOptions({ M: 16, seed: 1, rounds: 3 });
const SETS = ['clustered 100k x 128', 'clustered 300k x 128', 'clustered 50k x 768', MOVIES];
const LARGE_SET = 'clustered 1M x 128';
const PEER_EF_CONSTRUCTION = 200;

if (profiled) {
  const { profileBuild } = await import('./build-profile.ts');
  for (const name of SETS) await profileBuild(name, options);
} else {
  await compare();
}

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

/** Every contestant of a set once per round; recall is taken in the first round. */
async function measureSet(set: string, cases: readonly BuildCase[]): Promise<MeasuredBuild[]> {
  const judged = new Map<string, BuildResult>();
  const contestants = cases.map((test) => {
    const name = nameOf(test);
    return {
      name,
      measure: () => {
        const result = runCase({ ...test, judged: !judged.has(name) });
        if (!judged.has(name)) judged.set(name, result);
        console.log(`${set}: ${name}: ${result.seconds.toFixed(2)} s`);
        return result.count / result.seconds;
      },
    };
  });
  const samples = await interleave(contestants, { rounds: options.rounds, warmup: 0 });
  return cases.map((test) => {
    const name = nameOf(test);
    const result = judged.get(name);
    if (result === undefined) throw new Error(`${name} was not judged`);
    return { ...test, name, ...result, speeds: samplesOf(samples, name) };
  });
}

/** The contestants of a set; insertion at the peer's efConstruction is there for its recall. */
function casesOf(set: string, peer: boolean): BuildCase[] {
  const peers = { builder: 'hnswlib-node', efConstruction: PEER_EF_CONSTRUCTION } as const;
  const insertions = [100, PEER_EF_CONSTRUCTION].map((efConstruction) => ({
    ...({ builder: 'insertion', efConstruction } as const),
  }));
  return [
    { quality: 'fast' } as const,
    { quality: 'fast', threads: 2 } as const,
    {},
    { threads: 2 },
    { quality: 'high' } as const,
    ...insertions,
    ...(peer ? [peers] : []),
  ].map((given) => caseOf(set, given));
}

async function compare(): Promise<void> {
  const peers = loadPeers(options.save);
  const builds: MeasuredBuild[] = [];
  for (const set of SETS) {
    if (set === MOVIES && loadBuildSet(set) === undefined) continue;
    builds.push(...(await measureSet(set, casesOf(set, peers.length > 0))));
  }
  const [large] = await measureSet(LARGE_SET, [caseOf(LARGE_SET, { threads: 2 })]);
  if (large !== undefined) builds.push(large);
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
        'medians of ratios by round. 1,000 held-out queries; exact results by exact search.',
        'Missed: vectors that are not found by a search for themselves at efSearch 64.',
        ...peers.map(({ name, version, note }) => `${name} ${version}: ${note}.`),
      ],
      tables: { builds: builds.map(buildRow) },
      comparisons,
      goals: buildGoals(builds),
    },
    options.save,
  );
}
