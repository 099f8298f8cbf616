// Nodes whose vectors are known functions of the node and its version, and the words in which a
// writer tells readers in other threads what it is about to do and what it has done. So that a
// reader can tell of every hit whether it could be right at any moment of its search.

import type { SearchResult } from '@nigh/core';
import { Random } from '@nigh/testkit';

export const DIMENSION = 16;
const SEED = 11;
/** So small that whoever is next to the place of a node is the node, in any version. */
const JITTER = 0.01;
const TOLERANCE = 1e-4;

/** Shared words, one a node. Those that begin are stored before a call, the others after it. */
export interface Notes {
  /** Versions: 1 is the first, 0 is a node that was not added. */
  readonly begun: Int32Array;
  readonly done: Int32Array;
  /** 1 from the call of remove on, and from its return on. */
  readonly removing: Int32Array;
  readonly removed: Int32Array;
  /** Word 0: readers end. Word 1: how many nodes were ever added. */
  readonly state: Int32Array;
}

export const ENOUGH = 0;
export const ADDED = 1;

export function allocateNotes(nodes: number): Notes {
  const words = (count: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * count));
  const [begun, done, removing, removed] = [0, 1, 2, 3].map(() => words(nodes));
  return { begun, done, removing, removed, state: words(2) };
}

const random = new Random();

/** Where a node is, whatever its version. */
export function placeOf(node: number): Float32Array {
  random.restart(SEED, node);
  return Float32Array.from({ length: DIMENSION }, () => random.normal());
}

export function vectorOf(node: number, version: number): Float32Array {
  const place = placeOf(node);
  random.restart(SEED + version, node);
  return place.map((value) => value + JITTER * random.normal());
}

function squareDistance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
}

/** What was true of all nodes when a search began. */
export interface Before {
  readonly done: Int32Array;
  readonly removed: Int32Array;
}

export function lookBefore({ done, removed, state }: Notes): Before {
  const added = Atomics.load(state, ADDED);
  return { done: done.slice(0, added), removed: removed.slice(0, added) };
}

/** What was wrong with answers, by what it was, with the first of each kind. */
export class Faults {
  readonly counts: Record<string, number> = {};
  readonly examples: Record<string, string> = {};

  add(kind: string, example: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    this.examples[kind] ??= example;
  }
}

/** The versions a node may have had in a search that began `before` and is over now. */
function versionsOf(node: number, before: Before, notes: Notes): number[] {
  const first = Math.max(1, before.done[node] ?? 0);
  const last = Atomics.load(notes.begun, node);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

/** What is known of a search: what it was for, and what was true when it began and ended. */
export interface Search {
  readonly query: Float32Array;
  readonly before: Before;
  readonly notes: Notes;
}

/** Judges what a search found that is over now. */
export function judge(
  { query, before, notes }: Search,
  { nodes, distances }: Pick<SearchResult, 'nodes' | 'distances'>,
  faults: Faults,
): void {
  const all = `${[...nodes]} at ${[...distances]}`;
  if (new Set(nodes).size < nodes.length) faults.add('twice', all);
  for (let i = 0; i < nodes.length; i++) {
    const [node, distance] = [nodes[i], distances[i]];
    if (i > 0 && distance < distances[i - 1]) faults.add('unordered', all);
    if (before.removed[node] === 1) faults.add('removed', `${node} of ${all}`);
    const versions = versionsOf(node, before, notes);
    const isOne = versions.some((version) => {
      const expected = squareDistance(query, vectorOf(node, version));
      return Math.abs(expected - distance) < TOLERANCE * (1 + expected);
    });
    if (!isOne) faults.add('stale', `${node} at ${distance}, versions ${versions}`);
  }
}

/** True when `node` was there during all of a search that began `before` and is over now. */
export function wasThere(node: number, before: Before, notes: Notes): boolean {
  return (before.done[node] ?? 0) > 0 && Atomics.load(notes.removing, node) === 0;
}
