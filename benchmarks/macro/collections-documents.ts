/**
 * Vectors and metadata without texts, beside two databases: each import in a process of its own,
 * contestants taking turns, and the recall each has with its default settings.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { firstLine, type PeerFailure } from '../compare/peers.ts';
import { Child } from '../harness/child.ts';
import { loadDocumentPeers } from '../harness/document-peers.ts';
import type { DocumentsAnswer, DocumentsCase } from './collections-documents-case.ts';
import type { MeasuredDocuments } from './collections-report.ts';

const PROGRAM = join(import.meta.dirname, 'collections-documents-case.ts');
/** The graph of all of them: nigh's defaults. */
const GRAPH = { M: 16, efConstruction: 100 };

interface Contestant extends Pick<DocumentsCase, 'name' | 'graph'> {
  readonly label: string;
  readonly rounds: number;
}

export interface DocumentFigures {
  readonly measured: readonly MeasuredDocuments[];
  readonly failures: readonly PeerFailure[];
  readonly notes: readonly string[];
}

/** Seconds of an import, and the recall where it is wanted. */
async function importOnce(
  { name, graph }: Contestant,
  { count, folder }: { readonly count: number; readonly folder: string },
  judged: boolean,
): Promise<{ readonly seconds: number; readonly recall: number }> {
  const own = await mkdtemp(join(folder, 'documents-'));
  const test: DocumentsCase = { name, count, folder: join(own, 'store'), ...(graph && { graph }) };
  const child = await Child.start(PROGRAM, test);
  try {
    const { value: seconds } = await child.ask<DocumentsAnswer>({ kind: 'import' });
    if (!judged) return { seconds, recall: Number.NaN };
    const { value: recall } = await child.ask<DocumentsAnswer>({ kind: 'judge' });
    return { seconds, recall };
  } finally {
    await child.stop();
    await rm(own, { recursive: true, force: true });
  }
}

export async function measureDocuments(
  place: { readonly count: number; readonly folder: string },
  { rounds, required }: { readonly rounds: number; readonly required: boolean },
): Promise<DocumentFigures> {
  const { adapters, failures } = loadDocumentPeers(required);
  const failed: PeerFailure[] = [...failures];
  const contestants: Contestant[] = ['nigh', ...adapters.map(({ name }) => name)].map((name) => {
    return { name, label: name, graph: GRAPH, rounds };
  });
  // With their own defaults, too: a denser graph, built once.
  const own = adapters.map(({ name }) => ({ name, label: `${name}, its defaults`, rounds: 1 }));
  const all = [...contestants, ...own];
  const figures = new Map(all.map(({ label }) => [label, { seconds: [] as number[], recall: 0 }]));
  for (let round = 0; round < rounds; round++) {
    for (const contestant of all.filter((one) => round < one.rounds)) {
      const { label } = contestant;
      const figure = figures.get(label);
      if (figure === undefined) continue;
      try {
        const { seconds, recall } = await importOnce(contestant, place, round === 0);
        figure.seconds.push(seconds);
        if (round === 0) figure.recall = recall;
        console.log(`${label}: ${seconds.toFixed(2)} s`);
      } catch (error) {
        if (contestant.name === 'nigh') throw error;
        failed.push({ name: label, reason: firstLine(error) });
        figures.delete(label);
      }
    }
  }
  const measured = [...figures].map(([name, { seconds, recall }]) => {
    return { name, peer: name !== 'nigh', recall, speeds: seconds.map((s) => place.count / s) };
  });
  const notes = adapters.map(({ name, version, note }) => `${name} ${version}: ${note}.`);
  return { measured, failures: failed, notes };
}
