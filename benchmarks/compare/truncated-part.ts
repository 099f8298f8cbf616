/**
 * Saved indexes that were damaged: cut in half, cut by one byte, one byte changed in the middle. A
 * process of its own loads each and answers a few queries; what comes of it is one word.
 */
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Child, ChildEnded, ChildHung } from '../harness/child.ts';
import type { Searched } from './build-part.ts';
import { EF_SEARCH } from './constants.ts';
import type { FindAnswer } from './index-case.ts';
import { firstLine } from './peers.ts';
import { note } from './progress.ts';
import type { Run } from './settings.ts';
import { INDEX_PROGRAM } from './subject.ts';

/** What is done to the bytes of a file. */
export const DAMAGES: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  half: (bytes) => bytes.subarray(0, bytes.length >> 1),
  'last byte': (bytes) => bytes.subarray(0, -1),
  'one byte flipped in the middle': (bytes) => {
    const damaged = bytes.slice();
    const middle = bytes.length >> 1;
    damaged[middle] = ~(bytes[middle] as number);
    return damaged;
  },
};

export type Outcome =
  | 'error'
  | 'ended the process'
  | 'hung'
  | 'cannot be loaded'
  | 'loaded, right answers'
  | 'loaded, wrong answers';

export interface Truncated {
  readonly name: string;
  readonly cut: string;
  readonly outcome: Outcome;
  /** The first line of the message, or the signal. */
  readonly detail: string | null;
}

/** A process that loads `path` and is asked the first queries. */
export interface Opening {
  readonly program: string;
  readonly task: unknown;
  readonly path: string;
  /** What the whole index found. */
  readonly expected: FindAnswer['found'];
  /** It may take so long. */
  readonly seconds: number;
}

const QUERIES = 20;
const MOST_SECONDS = 20;

/** What becomes of every index that was loaded from files, and who cannot load its own. */
export async function damageIndexes(
  { temporary }: Run,
  searched: readonly Searched[],
): Promise<Truncated[]> {
  const rows: Truncated[] = [];
  const question = { kind: 'find', efSearch: EF_SEARCH, most: QUERIES } as const;
  for (const { adapter, subject, task, files } of searched) {
    if (adapter.load === undefined) rows.push(...unloadable(adapter.name));
    const expected = files === null ? undefined : await subject.ask<FindAnswer>(question);
    if (files === null || expected === undefined) continue;
    // Nobody else has the files open while they are read.
    await subject.stop();
    for (const cut of Object.keys(DAMAGES)) {
      const folder = temporary.folder(`${adapter.name} ${cut}`);
      const damaged = damage(files.whole, join(folder, 'damaged'), cut);
      const result = await open({
        ...{ program: INDEX_PROGRAM, task, expected: expected.found, seconds: MOST_SECONDS },
        path: join(damaged, relative(files.whole, files.path)),
      });
      temporary.remove(folder);
      rows.push({ name: adapter.name, cut, ...result });
    }
    note(`${adapter.name}: damaged files`);
  }
  return rows;
}

/** Whole files are refused too, so nothing is learnt from damaged ones. */
function unloadable(name: string): Truncated[] {
  return Object.keys(DAMAGES).map((cut) => ({
    ...{ name, cut, outcome: 'cannot be loaded' },
    detail: 'what it saves it does not load',
  }));
}

/** Copies an index and damages it: its file, or the largest file of its folder. */
export function damage(path: string, target: string, cut: string): string {
  cpSync(path, target, { recursive: true });
  const file = largestFile(target).path;
  const change = DAMAGES[cut];
  if (change === undefined) throw new Error(`no damage is called ${cut}`);
  writeFileSync(file, change(readFileSync(file)));
  return target;
}

function largestFile(path: string): { readonly path: string; readonly bytes: number } {
  if (!statSync(path).isDirectory()) return { path, bytes: statSync(path).size };
  const files = readdirSync(path).map((name) => largestFile(join(path, name)));
  return files.reduce((most, file) => (file.bytes > most.bytes ? file : most), {
    path,
    bytes: -1,
  });
}

/** Lets a fresh process open an index and says what came of it. */
export async function open(opening: Opening): Promise<Pick<Truncated, 'outcome' | 'detail'>> {
  const { program, task, path, expected, seconds } = opening;
  const end = performance.now() + seconds * 1000;
  const left = (): number => Math.max(0, end - performance.now()) / 1000;
  let child: Child | undefined;
  try {
    child = await Child.start(program, task, { isSilent: true, seconds });
    await child.ask({ kind: 'load', path }, left());
    const question = { kind: 'find', efSearch: EF_SEARCH, most: expected.length };
    const { found } = await child.ask<FindAnswer>(question, left());
    const isRight = JSON.stringify(found) === JSON.stringify(expected);
    return { outcome: isRight ? 'loaded, right answers' : 'loaded, wrong answers', detail: null };
  } catch (error) {
    const outcome =
      error instanceof ChildEnded
        ? 'ended the process'
        : error instanceof ChildHung
          ? 'hung'
          : 'error';
    // Where the copy was says nothing to a reader.
    return { outcome, detail: firstLine(error).replaceAll(path, 'the file') };
  } finally {
    await child?.stop();
  }
}
