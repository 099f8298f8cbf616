/**
 * Films known by six words of their text: who finds them, and how fast. By text alone beside two
 * libraries, and with vectors. Everybody in a process of its own, taking turns.
 */
import { join } from 'node:path';
import type { PeerFailure } from '../compare/peers.ts';
import { Child } from '../harness/child.ts';
import { loadTextPeers } from '../harness/document-peers.ts';
import { readKnownItems } from '../harness/films.ts';
import { latencyOf, relevanceOf } from '../harness/relevance.ts';
import { median } from '../harness/stats.ts';
import type { MeasuredTexts } from './collections-report.ts';
import type { TextsAnswer, TextsCase, VectorMode } from './collections-texts-case.ts';

const PROGRAM = join(import.meta.dirname, 'collections-texts-case.ts');
const K = 10;
const MODES: readonly (readonly [label: string, mode: VectorMode])[] = [
  ['nigh, the best by text and what is like it', 'like'],
  ['nigh, text and vectors, rrf', 'rrf'],
  ['nigh, text and vectors, convex', 'convex'],
];

export interface TextFigures {
  readonly measured: readonly MeasuredTexts[];
  readonly failures: readonly PeerFailure[];
  readonly notes: readonly string[];
}

interface Contestant {
  readonly label: string;
  readonly test: TextsCase;
}

/** A contestant whose process is there, and what it answered. */
interface Running extends Contestant {
  readonly child: Child;
  readonly importSeconds: number;
  readonly answers: TextsAnswer[];
}

async function start({ label, test }: Contestant): Promise<Running> {
  const child = await Child.start(PROGRAM, test);
  const { seconds } = await child.ask<TextsAnswer>({ kind: 'import' });
  console.log(`${label}: imported in ${seconds.toFixed(2)} s`);
  await child.ask({ kind: 'ask' }); // compiles what will be measured
  return { label, test, child, importSeconds: seconds, answers: [] };
}

function finish({ label, test, importSeconds, answers }: Running): MeasuredTexts {
  const wanted = readKnownItems(test.count).map(({ relevant }) => relevant);
  const byRound = answers.map(({ milliseconds }) => latencyOf(milliseconds));
  const middle = (of: 'p50' | 'p95' | 'p99'): number => median(byRound.map((one) => one[of]));
  return {
    name: label,
    peer: test.name !== 'nigh',
    usesVectors: test.mode !== undefined,
    importSpeed: test.count / importSeconds,
    relevance: relevanceOf(answers[0]?.found ?? [], wanted, K),
    latency: { p50: middle('p50'), p95: middle('p95'), p99: middle('p99') },
  };
}

export async function measureTexts(
  count: number,
  { rounds, required }: { readonly rounds: number; readonly required: boolean },
): Promise<TextFigures> {
  const { adapters, failures } = loadTextPeers(required);
  const names = ['nigh', ...adapters.map(({ name }) => name)];
  const contestants: Contestant[] = [
    ...names.map((name) => ({ label: name, test: { name, count, k: K } })),
    ...MODES.map(([label, mode]) => ({ label, test: { name: 'nigh', mode, count, k: K } })),
  ];
  const running: Running[] = [];
  for (const contestant of contestants) running.push(await start(contestant));
  for (let round = 0; round < rounds; round++) {
    for (const { child, answers } of running) answers.push(await child.ask({ kind: 'ask' }));
  }
  for (const { child } of running) await child.stop();
  const notes = adapters.map(({ name, version, note }) => `${name} ${version}: ${note}.`);
  return { measured: running.map(finish), failures, notes };
}
