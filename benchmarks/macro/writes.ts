/**
 * Writes: how long it takes to add one vector to an index that is there, beside the peers; and what
 * readers in other threads see while vectors are added, updated, removed and consolidated.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { VectorIndex } from '@nigh/core';
import { failureRows, firstLine, type PeerFailure } from '../compare/peers.ts';
import { Child } from '../harness/child.ts';
import { describeData } from '../harness/data.ts';
import { readOptions } from '../harness/options.ts';
import { publish } from '../harness/report.ts';
import { loadWritablePeers } from '../harness/writable.ts';
import { BATCH, ChangingIndex, CONSOLIDATE_SECONDS } from './changing-index.ts';
import type { ReaderFigures, ReaderTask } from './reader-thread.ts';
import { VersionedVectors, Versions } from './versions.ts';
import type { LatencyAnswer, LatencyTask } from './write-latency-case.ts';
import {
  addComparisons,
  addRow,
  type MeasuredAdds,
  type MeasuredReading,
  readingGoals,
  readingRow,
} from './writes-report.ts';

const K = 10;
const NIGH = 'nigh';
/** Adds of one library before the next has its turn. */
const TURN = 100;

const options = readOptions({
  ...{ count: 100_000, dimension: 128, adds: 2_000, readers: 3, seconds: 60, idleSeconds: 15 },
  ...{ M: 16, efConstruction: 100, peerEfConstruction: 200, efSearch: 64, seed: 1 },
});
const { count, dimension, seed } = options;
const peers = loadWritablePeers(options.save);
const failures: PeerFailure[] = [...peers.failures];
const adds = await measureAdds();
const [idle, busy] = await measureReading();
report();

async function measureAdds(): Promise<MeasuredAdds[]> {
  const contestants = [
    ...[1, 2].map((threads) => ({ library: NIGH, threads, name: `nigh, threads ${threads}` })),
    ...peers.adapters.map(({ name }) => ({ library: name, threads: 1, name })),
  ];
  const started: { child: Child; measured: MeasuredAdds & { microseconds: number[] } }[] = [];
  for (const { library, threads, name } of contestants) {
    const { M, efSearch, adds: total } = options;
    const peer = library !== NIGH;
    const efConstruction = peer ? options.peerEfConstruction : options.efConstruction;
    const settings = { count, dimension, seed, M, efConstruction, efSearch, k: K };
    const task: LatencyTask = { library, threads, ...settings, adds: total };
    try {
      const child = await Child.start(join(import.meta.dirname, 'write-latency-case.ts'), task);
      started.push({ child, measured: { name, peer, microseconds: [], missed: 0 } });
    } catch (error) {
      if (!peer) throw error;
      failures.push({ name, reason: firstLine(error) });
    }
  }
  for (let done = 0; done < options.adds; done += TURN) {
    for (const { child, measured } of started) {
      const turn = Math.min(TURN, options.adds - done);
      const { microseconds } = await child.ask<LatencyAnswer>({ adds: turn });
      measured.microseconds.push(...microseconds);
    }
  }
  const all: MeasuredAdds[] = [];
  for (const { child, measured } of started) {
    const { missed } = await child.ask<LatencyAnswer>({ adds: 0 });
    all.push({ ...measured, missed });
    await child.stop();
  }
  return all;
}

/** The same readers without a writer and beside one. */
async function measureReading(): Promise<[MeasuredReading, MeasuredReading]> {
  const versions = new Versions();
  const vectors = new VersionedVectors({ count, dimension, seed });
  const nodes = Array.from({ length: count }, (_, node) => node);
  const first = nodes.map((node) => versions.begin(node));
  const { M, efConstruction } = options;
  const index = await VectorIndex.build(vectors.of(nodes, first), {
    ...{ dimension, M, efConstruction, seed },
  });
  versions.publish(nodes);
  const readers = await startReaders(index, versions);
  const read = (seconds: number): Promise<ReaderFigures[]> => {
    return Promise.all(
      readers.map((worker) => {
        const figures = reply<ReaderFigures>(worker);
        worker.postMessage(seconds);
        return figures;
      }),
    );
  };
  await read(1); // compiled and warm
  const nothing = { written: 0, consolidations: 0 };
  const alone = await read(options.idleSeconds);
  const reading = read(options.seconds);
  const writing = await new ChangingIndex(index, versions, vectors, seed).run(options.seconds);
  const beside = await reading;
  const problems = index.verify();
  if (problems.length > 0) throw new Error(`the index is broken: ${JSON.stringify(problems[0])}`);
  for (const worker of readers) await worker.terminate();
  await index.close();
  return [
    { name: 'nobody writes', readers: alone, seconds: options.idleSeconds, ...nothing },
    { name: 'beside a writer', readers: beside, ...writing },
  ];
}

async function startReaders(index: VectorIndex, versions: Versions): Promise<Worker[]> {
  const program = join(import.meta.dirname, 'reader-thread.ts');
  const readers: Worker[] = [];
  for (let reader = 0; reader < options.readers; reader++) {
    const task: ReaderTask = {
      ...{ shared: index.share(), versions: versions.buffer },
      ...{ count, dimension, seed, reader, k: K },
    };
    const worker = new Worker(program, { workerData: task });
    await reply(worker);
    readers.push(worker);
  }
  return readers;
}

function reply<Message>(worker: Worker): Promise<Message> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: Message) => {
      worker.off('error', reject);
      resolve(message);
    });
  });
}

function report(): void {
  const { M, efConstruction, peerEfConstruction, efSearch, readers, seconds } = options;
  publish(
    {
      program: 'writes',
      command: 'pnpm --filter @nigh/benchmarks run writes',
      data: {
        description: describeData({ count, dimension, queryCount: 0, seed }),
        ...{ count, dimension, seed },
      },
      parameters: { k: K, M, efConstruction, peerEfConstruction, efSearch, readers, seconds },
      method: [
        `Adding one: each of ${options.adds} calls timed until the vector is linked, ${TURN} of`,
        'everybody in turns, each in a process of its own; "missed" are those added that are not',
        `among the ${K} nearest of themselves.`,
        `Reading: ${readers} threads attach to the index and search; the owner writes ${BATCH}`,
        'vectors at a time: adds, updates, removals, and consolidates every',
        `${CONSOLIDATE_SECONDS} seconds besides when it does by itself. Node and version determine`,
        'a vector, so every hit is checked: its distance is that of a version which was there',
        'while the query ran. Recall is against an exact search right after the query.',
        'Queries/s count the time in searches; the checks take longer than they do.',
        ...peers.adapters.map(({ name, version, note }) => `${name} ${version}: ${note}.`),
      ],
      tables: {
        adds: adds.map(addRow),
        reading: [idle, busy].map(readingRow),
        failures: failureRows(failures),
      },
      comparisons: addComparisons(adds),
      goals: readingGoals(idle, busy),
    },
    options.save,
  );
}
