/**
 * Nanoseconds per call of the distance kernels and of the pool, by tier and dimension. A call from
 * JavaScript into WebAssembly is part of each figure; inside a search there is no such call, so the
 * quads (four vectors a call) are nearer to what a search sees.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { TIERS, tierRuns } from '../compare/peers/nigh.ts';
import { readOptions } from '../harness/options.ts';
import { publish, type Row } from '../harness/report.ts';
import { significant } from '../harness/stats.ts';
import type { KernelResult, KernelSettings } from './kernels-case.ts';

const DIMENSIONS = [128, 768];

const { seed, milliseconds, save } = readOptions({ seed: 1, milliseconds: 500 });
const tiers = TIERS.filter(tierRuns);
const rows = DIMENSIONS.flatMap((dimension) =>
  tiers.flatMap((tier) => {
    console.log(`${tier}, dimension ${dimension} …`);
    return runTier({ tier, dimension, seed, milliseconds });
  }),
);
/** How many times faster bits are than floats at the larger dimension: kernel, floats' tier. */
const BIT_GOALS = [
  ['hammingBits', 'javascript', 20],
  ['hammingBits', tiers[0], 8],
  ['dotPlanes', 'javascript', 20],
  ['dotPlanes', tiers[0], 8],
] as const;
const fastest = tiers[0];
const nanoseconds = (kernel: string, tier: unknown): number => {
  const row = rows.find((one) => {
    return one.kernel === kernel && one.tier === tier && one.dimension === DIMENSIONS[1];
  });
  return Number(row?.nanoseconds);
};
const goals = BIT_GOALS.map(([kernel, tier, required]) => ({
  goal: `${kernel} (${fastest}) over l2Floats (${tier}) at ${DIMENSIONS[1]} components`,
  measured: significant(nanoseconds('l2Floats', tier) / nanoseconds(kernel, fastest), 3),
  required,
  direction: 'at least' as const,
}));
publish(
  {
    program: 'kernels',
    command: 'pnpm --filter @nigh/benchmarks run kernels',
    data: { description: `random floats, 7-bit codes and bits, seed ${seed}`, seed },
    parameters: { milliseconds, dimensions: DIMENSIONS },
    method: [
      'tinybench; one process per tier and dimension; one query against 512 vectors in cache.',
      'Medians, with the median absolute deviation relative to it.',
      'WebAssembly figures include the call from JavaScript, which a search does not make.',
    ],
    tables: { kernels: rows },
    comparisons: [],
    goals,
  },
  save,
);

function runTier(settings: KernelSettings): Row[] {
  const program = join(import.meta.dirname, 'kernels-case.ts');
  const output = execFileSync(process.execPath, [program, JSON.stringify(settings)], {
    encoding: 'utf8',
  });
  const { tier, dimension } = settings;
  return (JSON.parse(output) as KernelResult[]).map(({ kernel, nanoseconds, deviation }) => ({
    ...{ kernel, tier, dimension },
    nanoseconds: significant(nanoseconds, 3),
    deviation: significant(deviation, 2),
  }));
}
