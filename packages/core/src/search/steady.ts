// Searches beside updates. An update puts the new vector where searches see it and removes the old
// one: a search of another thread that meets this may find both, or neither. It looks at the count
// of switches before and after, and begins again when they differ.

import { SWITCHES } from '../memory/control-words.ts';
import type { ResultTarget } from './search-segment.ts';

/** After these, what was found is the answer: nobody waits for a thread that only updates. */
export const MAX_ATTEMPTS = 4;

/** True when no node got another vector since SWITCHES was read as `before`. */
export function isSteady(control: Int32Array, before: number): boolean {
  return (before & 1) === 0 && Atomics.load(control, SWITCHES) === before;
}

/**
 * What `search` returns when no node got another vector meanwhile.
 *
 * @param control the control block of the index
 * @param again called before each further attempt
 */
export function searchSteadily<T>(control: Int32Array, search: () => T, again?: () => void): T {
  for (let attempt = 1; ; attempt++) {
    const before = Atomics.load(control, SWITCHES);
    const found = search();
    if (isSteady(control, before) || attempt === MAX_ATTEMPTS) return found;
    again?.();
  }
}

/** Takes the farther results of nodes that were found twice out; how many are left. */
export function dropRepeated(found: number, { nodes, distances, offset }: ResultTarget): number {
  const seen = new Set<number>();
  let kept = offset;
  for (let i = offset; i < offset + found; i++) {
    if (seen.has(nodes[i])) continue;
    seen.add(nodes[i]);
    nodes[kept] = nodes[i];
    distances[kept] = distances[i];
    kept++;
  }
  return kept - offset;
}
