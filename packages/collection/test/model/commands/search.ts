// Commands that read: by key, by vector, by text, by both, each with and without a filter.

import { Random } from '@nigh/testkit';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { FusionOption, RankFusion, ScoreFusion, SearchOptions } from '../../../src/index.ts';
import { expectBest, expectDocument, expectFused, expectNearest } from '../../support/compare.ts';
import { drawFilter, drawQueryText, drawVector, KEYS, pick } from '../../support/draw.ts';
import {
  bestFirst,
  distances,
  keyText,
  matches,
  nearestFirst,
  type PlainDocument,
  type PlainSchema,
  reciprocalRanks,
  textScores,
  type Worth,
  weightedSum,
} from '../../support/plain.ts';
import { type Command, command, type Model } from './model.ts';

const K = [1, 2, 5, 40];

/** What is searched, as options and as what the plain documents say. */
interface Question {
  readonly options: SearchOptions;
  readonly near: readonly Worth[];
  readonly found: readonly Worth[];
  readonly k: number;
  /** Whether a document may be found at all. */
  readonly isAllowed: (document: PlainDocument) => boolean;
}

type Target = 'vector' | 'like';

/** Draws a question: near to what, about what, among which. */
function ask(model: Model, random: Random, target: Target): Question | undefined {
  const { schema, documents } = model;
  const all = [...documents.values()];
  const like = target === 'like' ? all[random.integer(0, all.length)] : undefined;
  if (target === 'like' && like === undefined) return undefined;
  const filter = random.uniform() < 0.6 ? drawFilter(random) : undefined;
  const isAllowed = (one: PlainDocument): boolean =>
    one !== like && (filter === undefined || matches(one.metadata, filter));
  const among = (list: readonly Worth[]): Worth[] =>
    list.filter(({ document }) => isAllowed(document));
  const drawn = drawVector(random, schema.dimension);
  const query = like?.vector ?? drawn;
  const text = drawQueryText(random);
  const k = pick(random, K);
  return {
    options: {
      ...(like ? { like: like.key } : { vector: drawn }),
      ...(schema.hasText && { text }),
      ...(filter && { filter }),
      k,
    },
    near: schema.hasVectors ? nearestFirst(among(distances(all, query, schema))) : [],
    found: bestFirst(among(textScores(all, text))),
    k,
    isAllowed,
  };
}

const withText = ({ hasText }: PlainSchema): boolean => hasText;
const withVectors = ({ hasVectors }: PlainSchema): boolean => hasVectors;
const withBoth = (schema: PlainSchema): boolean => withText(schema) && withVectors(schema);

const byVector = (seed: number, target: Target): Command =>
  command(
    `search by ${target}(${seed})`,
    async (model, { collection }) => {
      const question = ask(model, new Random(seed), target);
      if (question === undefined) return;
      const { k, near, isAllowed } = question;
      const { text: _, ...options } = question.options;
      expectNearest(await collection.search({ ...options, exact: true }), near, k);
      // The graph: as many as there are, none that is rejected, each with its own distance.
      const hits = await collection.search({ ...options, efSearch: 8 });
      expect(hits.length).toBe(Math.min(k, near.length));
      for (const { key, distance } of hits) {
        const own = near.find(({ document }) => keyText(document.key) === keyText(key));
        expect(own && isAllowed(own.document)).toBe(true);
        const slack = 1e-5 * Math.max(1, Math.abs(own?.value ?? 0));
        expect(Math.abs((distance ?? Number.NaN) - (own?.value ?? 0))).toBeLessThan(slack);
      }
    },
    withVectors,
  );

const byText = (seed: number): Command =>
  command(
    `search by text(${seed})`,
    async (model, { collection }) => {
      const question = ask(model, new Random(seed), 'vector');
      if (question === undefined) return;
      const { vector: _, ...options } = question.options;
      expectBest(await collection.search(options), question.found, question.k);
    },
    withText,
  );

const byBoth = (seed: number, target: Target, fusion: FusionOption): Command =>
  command(
    `search by ${target} and text(${seed}, ${fc.stringify(fusion)})`,
    async (model, { collection }) => {
      const question = ask(model, new Random(seed), target);
      if (question === undefined) return;
      const { near, found, k, options } = question;
      const hits = await collection.search({ ...options, fusion, candidates: 4096, exact: true });
      const given: RankFusion | ScoreFusion =
        typeof fusion === 'string' ? { kind: fusion } : fusion;
      const { weight = 0.5 } = given;
      const { metric } = model.schema;
      if (given.kind === 'rrf') {
        const ranks = { k: 'k' in given ? (given.k ?? 60) : 60, weight };
        expectFused(hits, reciprocalRanks(near, found, ranks), { k, slack: 1e-9 });
      } else {
        const isTheoretical = 'normalization' in given && given.normalization === 'theoretical';
        const sums = weightedSum(near, found, { weight, metric, isTheoretical });
        expectFused(hits, sums, { k, slack: 2e-5 });
      }
      for (const { key, distance, textScore } of hits) {
        const own = (list: readonly Worth[]): number | undefined =>
          list.find(({ document }) => keyText(document.key) === keyText(key))?.value;
        const [far, score] = [own(near) ?? Number.NaN, own(found)];
        expect(Math.abs((distance ?? Number.NaN) - far)).toBeLessThan(
          1e-5 * Math.max(1, Math.abs(far)),
        );
        expect(textScore === undefined).toBe(score === undefined);
        expect(Math.abs((textScore ?? 0) - (score ?? 0))).toBeLessThan(1e-9);
      }
    },
    withBoth,
  );

const read = (seed: number): Command =>
  command(`get, has, count(${seed})`, async ({ documents, schema }, { collection }) => {
    const random = new Random(seed);
    const key = pick(random, KEYS);
    const wanted = documents.get(keyText(key));
    expect(collection.has(key)).toBe(wanted !== undefined);
    if (wanted) expectDocument(collection.get(key), wanted, schema);
    else expect(collection.get(key)).toBe(undefined);
    const filter = drawFilter(random);
    const all = [...documents.values()].filter(({ metadata }) => matches(metadata, filter));
    expect(collection.count(filter)).toBe(all.length);
    const keys: unknown[] = [];
    for await (const one of collection.documents({ filter, texts: false })) {
      expect(['text' in one, 'vector' in one]).toEqual([false, false]);
      keys.push(one.key);
    }
    expect(keys).toEqual(all.map((one) => one.key));
  });

const seed = fc.nat(1_000_000);
const target = fc.constantFrom<Target>('vector', 'like');
const weight = fc.constantFrom(0, 0.25, 0.5, 1);
const fusion: fc.Arbitrary<FusionOption> = fc.oneof(
  fc.constantFrom<FusionOption>('rrf', 'convex'),
  fc.record({ kind: fc.constant('rrf' as const), k: fc.constantFrom(0, 1, 60), weight }),
  fc.record({
    kind: fc.constant('convex' as const),
    normalization: fc.constantFrom('min-max' as const, 'theoretical' as const),
    weight,
  }),
);

export const SEARCH_COMMANDS: readonly fc.Arbitrary<Command>[] = [
  fc.tuple(seed, target).map((args) => byVector(...args)),
  seed.map(byText),
  fc.tuple(seed, target, fusion).map((args) => byBoth(...args)),
  seed.map(read),
];
