/**
 * Memory: what an index really occupies against what `stats()` says, whether it follows the count
 * or the capacity, and what adding costs at its peak. Beside it the same graph as nested objects.
 * Every reading is taken in a process of its own (memory-case.ts) and repeated.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describeData } from '../harness/data.ts';
import { readOptions } from '../harness/options.ts';
import { type Goal, publish, type Row } from '../harness/report.ts';
import { READABLE } from '../harness/resident.ts';
import { median, significant } from '../harness/stats.ts';
import type { MemoryCase, MemoryResult } from './memory-case.ts';

const LARGE_CAPACITY = 1_000_000;
const LARGE_COUNTS = [10_000, 50_000, 100_000];

const options = readOptions({ count: 100_000, dimension: 128, seed: 1, rounds: 3 });
const { count, dimension, seed, rounds } = options;

const exactCapacity = measureIndex(count, count);
const largeCapacity: { count: number; result: MemoryResult }[] = [];
for (const size of LARGE_COUNTS.filter((size) => size <= count)) {
  largeCapacity.push({ count: size, result: measureIndex(LARGE_CAPACITY, size) });
}
const degree = Math.round(exactCapacity.meanDegree);
const objects = measure({ kind: 'objects', count, degree });
report();

function measureIndex(capacity: number, size: number): MemoryResult {
  return measure({ kind: 'nigh', capacity, count: size, dimension, seed });
}

/** Runs a case `rounds` times and takes the median of every figure. */
function measure(test: MemoryCase): MemoryResult {
  const results = Array.from({ length: rounds }, () => runCase(test));
  const keys = Object.keys(results[0] ?? {}) as (keyof MemoryResult)[];
  const middle = (key: keyof MemoryResult) => median(results.map((result) => result[key]));
  console.log(JSON.stringify(test));
  return Object.fromEntries(keys.map((key) => [key, middle(key)])) as unknown as MemoryResult;
}

function runCase(test: MemoryCase): MemoryResult {
  const program = join(import.meta.dirname, 'memory-case.ts');
  const args = [...READABLE, program, JSON.stringify(test)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as MemoryResult;
}

function indexRow(capacity: number, size: number, result: MemoryResult): Row {
  const { grown, added, perVector, peak, reserved } = result;
  return {
    capacity,
    count: size,
    residentBytesPerVector: significant(grown / added),
    statedBytesPerVector: significant(perVector),
    ratio: significant(grown / added / perVector),
    peakOverGrowth: significant(peak / grown, 3),
    reservedMegabytes: significant(reserved / 1e6),
    processMegabytes: significant(result.resident / 1e6),
  };
}

function graphRows(): Row[] {
  const bytesPerNode = objects.grown / objects.added;
  const { graphPerVector } = exactCapacity;
  return [
    {
      graph: 'nigh: fixed rows in one buffer',
      bytesPerNode: significant(graphPerVector),
      times: 1,
    },
    {
      graph: 'nested arrays of { id, distance } objects',
      bytesPerNode: significant(bytesPerNode),
      times: significant(bytesPerNode / graphPerVector, 3),
    },
  ];
}

function goals(): Goal[] {
  const { grown, added, perVector, peak } = exactCapacity;
  const large = largeCapacity.at(-1)?.result ?? exactCapacity;
  const atMost = (goal: string, measured: number, required: number): Goal => {
    return { goal, measured: significant(measured, 3), required, direction: 'at most' };
  };
  return [
    atMost(
      'difference of resident and stated bytes per vector, as a fraction',
      Math.abs(grown / added / perVector - 1),
      0.02,
    ),
    atMost(
      `resident growth of ${count} vectors at capacity ${LARGE_CAPACITY} over capacity ${count}`,
      large.grown / large.added / (grown / added),
      1.02,
    ),
    atMost('peak over final growth of the resident set while adding', peak / grown, 1.1),
  ];
}

function report(): void {
  const large = largeCapacity.map((item) => indexRow(LARGE_CAPACITY, item.count, item.result));
  publish(
    {
      program: 'memory',
      command: 'pnpm --filter @nigh/benchmarks run memory',
      data: {
        description: describeData({ count, dimension, queryCount: 0, seed }),
        ...{ count, dimension, seed },
      },
      parameters: { rounds, degree },
      method: [
        'Each reading in its own process; medians of the processes.',
        'Growth of the resident set (smaps_rollup) from 2,000 vectors to the count, garbage',
        'collected before both readings; the peak is VmHWM, started anew before adding.',
        'Vectors are written in blocks of 2,000 into the memory of the index itself.',
        `The object graph has ${degree} neighbors per node, the mean of the index beside it.`,
      ],
      tables: { index: [indexRow(count, count, exactCapacity), ...large], graph: graphRows() },
      comparisons: [],
      goals: goals(),
    },
    options.save,
  );
}
