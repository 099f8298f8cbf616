// Hubs of sealed segments: the same slots as before, with the codes that are kept now, entered by
// distances on those, on every tier.

import { clustered } from '@nigh/testkit';
import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import { codeWord, hubWords, normWord } from '../../../src/memory/layout.ts';
import type { IndexOptions } from '../../../src/options.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { linkedSegment, problemsOf, sealBare, wordOf } from '../../support/bare-segment.ts';
import type { Candidate } from '../../support/naive.ts';
import { readPool } from '../../support/pool-words.ts';
import { TIER_TARGETS } from '../../support/targets.ts';

const DIMENSION = 21;
const COUNT = 900;
const HUBS = 30;
const vectors = clustered({ count: COUNT, dimension: DIMENSION, seed: 6 });
const queries = clustered({ count: 5, dimension: DIMENSION, seed: 6 }).map((x) => x + 0.25);

type Kind = Pick<IndexOptions, 'precision' | 'originals'>;
/** Codes without norms are read where they are. */
const PLAIN: readonly Kind[] = [{ precision: 'binary' }, { precision: 'pq' }];
const COPIED: readonly Kind[] = [
  { precision: 'float16' },
  { precision: 'int8' },
  { precision: 'int8', originals: 'memory' },
];

function grown(kind: Kind, target = TIER_TARGETS[0]): Promise<Segment> {
  const options = { dimension: DIMENSION, entry: 'hubs', M: 6, allowLowDimension: true } as const;
  return linkedSegment(vectors, { ...options, ...kind }, target);
}

function hubsOf({ i32s, layout }: Segment): number[] {
  return Array.from({ length: i32s[F.HUB_COUNT] }, (_, i) => i32s[hubWords(layout, i).slot]);
}

/** Distances of the bound query to `hubs`, measured where their codes are, ascending. */
function sortedHubs(segment: Segment, scratch: number, hubs: readonly number[]): Candidate[] {
  segment.i32s.set(hubs, scratch + F.GATHERED);
  segment.hot.measureGathered(scratch, hubs.length);
  return hubs
    .map((node, i) => ({ node, distance: segment.i32s[scratch + F.DISTANCES + i] }))
    .sort((a, b) => a.distance - b.distance || a.node - b.node);
}

describe.each([...PLAIN, ...COPIED])('a segment with hubs sealed as %o', (kind) => {
  test('has the hubs it had, with the codes it keeps', async () => {
    const source = await grown(kind);
    const sealed = await sealBare(source);
    const hubs = hubsOf(sealed);
    expect(hubs).toEqual(hubsOf(source));
    expect(hubs.length).toBe(HUBS);
    expect(sealed.i32s[F.HUBS_LINKED]).toBe(source.i32s[F.HUBS_LINKED]);
    expect(problemsOf(sealed)).toEqual([]);
    const { i32s, layout } = sealed;
    const copied = COPIED.includes(kind);
    expect(layout.regions.hubCodes.words).toBe(copied ? HUBS * layout.codeWords : 0);
    expect(layout.regions.hubNorms.words).toBe(copied ? HUBS : 0);
    for (const [i, hub] of copied ? hubs.entries() : []) {
      const { norm, codes } = hubWords(layout, i);
      const [to, from] = [codes, codeWord(layout, hub)].map((word) =>
        i32s.slice(word, word + layout.codeWords),
      );
      expect(to).toEqual(from);
      expect(i32s[norm]).toBe(i32s[normWord(layout, hub)]);
    }
  });

  test.each(TIER_TARGETS)('is entered by the nearest hubs, on $tier', async (target) => {
    const sealed = await sealBare(await grown(kind, target));
    const { hot, i32s, f32s, linked } = sealed;
    const hubs = hubsOf(sealed);
    const scratch = sealed.scratch(0);
    for (let row = 0; row < 5; row++) {
      f32s.set(queries.subarray(row * DIMENSION, (row + 1) * DIMENSION), scratch + F.QUERY);
      hot.resultsReset(scratch, 1);
      hot.searchGraph(scratch, 1, 0, linked); // binds the query
      const nearest = sortedHubs(sealed, scratch, hubs);
      i32s[scratch + F.DISTANCE_COUNT] = 0;
      hot.enterByHubs(scratch, HUBS);
      expect(readPool(sealed, scratch)).toEqual(nearest);
      expect(i32s[scratch + F.DISTANCE_COUNT]).toBe(HUBS);
      // Hidden from the search, a hub takes nobody's place among the seeds.
      const hidden = nearest.find(({ node }) => node !== hubs[0])?.node ?? F.NONE;
      hot.searchWithout(scratch, 40, 0, linked, hidden);
      expect(readPool(sealed, scratch).map(({ node }) => node)).not.toContain(hidden);
      hot.enterByHubs(scratch, 5);
      const others = nearest.filter(({ node }) => node !== hidden);
      const seeds = others.filter(({ node }, i) => i < 5 || node === hubs[0]);
      expect(readPool(sealed, scratch)).toEqual(seeds);
    }
  });

  test('is found damaged when its hubs are', async () => {
    const sealed = await sealBare(await grown(kind));
    const { i32s, layout, linked } = sealed;
    const { slot, codes } = hubWords(layout, 4);
    const kinds = (): string[] => problemsOf(sealed).map((problem) => problem.kind);
    const hub = i32s[slot];
    for (const wrong of [-1, linked, i32s[wordOf(sealed, 'hubs')]]) {
      i32s[slot] = wrong;
      expect(kinds()).toEqual(['bad-hub']);
    }
    i32s[slot] = hub;
    expect(kinds()).toEqual([]);
    if (layout.regions.hubCodes.words === 0) return;
    i32s[codes] ^= 1;
    expect(kinds()).toEqual(['bad-hub']);
  });
});
