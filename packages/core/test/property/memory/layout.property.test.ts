import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import {
  benchWord,
  CODE_KINDS,
  computeLayout,
  ENTRY_KINDS,
  fitCapacity,
  GROWING,
  hubCountOf,
  type Layout,
  type LayoutOptions,
  MAX_SEGMENT_BYTES,
  METRICS,
  type RegionName,
  SAVED_REGIONS,
  scratchWord,
  usedWords,
  VECTOR_KINDS,
  writeHeader,
} from '../../../src/memory/layout.ts';

const ORDER: readonly RegionName[] = [
  ...(['header', 'means', 'rotation', 'centroids', 'entryPoints'] as const),
  ...(['hubs', 'hubNorms', 'hubCodes', 'levels', 'tombstones', 'numbers'] as const),
  'upperHeads',
  ...(['nodes', 'copies', 'norms'] as const),
  ...(['codes', 'rows', 'upperRows', 'vectors', 'parents'] as const),
  ...(['edgeHeads', 'edges', 'edgeTargets'] as const),
  'benches',
  'scratch',
];

const capacities = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1, max: 10_000_000 }),
  fc.integer({ min: 2 ** 31 - 1000, max: 2 ** 31 - 1 }),
);

/** Options as a segment has them: whole while it grows; subspaces belong to products alone. */
function layoutOptions(): fc.Arbitrary<LayoutOptions> {
  const options = fc.record({
    dimension: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 32768 })),
    metric: fc.constantFrom(...METRICS),
    capacity: capacities,
    M: fc.integer({ min: 2, max: 128 }),
    scratchCount: fc.integer({ min: 2, max: F.MAX_SCRATCH_COUNT }),
    benchCount: fc.integer({ min: 1, max: F.MAX_SCRATCH_COUNT }),
    codes: fc.constantFrom(...CODE_KINDS),
    vectors: fc.constantFrom(...VECTOR_KINDS),
    subspaces: fc.integer({ min: 1, max: 70 }),
    sealed: fc.boolean(),
    entry: fc.constantFrom(...ENTRY_KINDS),
  });
  return options.map((shape) => {
    if (!shape.sealed) return { ...shape, ...GROWING };
    return { ...shape, subspaces: shape.codes === 'pq' ? shape.subspaces : 0, benchCount: 0 };
  });
}

/** Words of a code row, of a vector and of a query's codes, at the least. */
function leastWords({ codes, vectors, dimension, subspaces }: LayoutOptions): number[] {
  const bits = Math.ceil(dimension / 32);
  const bytes = dimension / 4;
  const code = { int8: bytes, fine: bytes, binary: bits + 3, pq: subspaces / 4 }[codes];
  const vector = { float32: dimension, float16: Math.ceil(dimension / 2), none: 0 }[vectors];
  const table = 256 * subspaces;
  const query = { int8: bytes, fine: bytes, binary: 4 * bits, pq: table }[codes];
  return [code, vector, query];
}

/** Regions that are out of line, out of order, overlapping or beyond the end. */
function misplaced(layout: Layout): RegionName[] {
  let free = 0;
  const wrong = ORDER.filter((name) => {
    const { word, words } = layout.regions[name];
    const sound = Number.isSafeInteger(word) && Number.isSafeInteger(words) && words >= 0;
    const placed = sound && word % 16 === 0 && word >= free && word < free + 16;
    free = word + words;
    return !placed;
  });
  return 4 * free <= layout.byteLength ? wrong : [...wrong, 'scratch'];
}

describe('the layout of a segment', () => {
  test('has aligned, disjoint regions in order, inside its bytes, for any options', () => {
    fc.assert(
      fc.property(layoutOptions(), (options) => {
        const layout = computeLayout(options);
        expect(Object.keys(layout.regions)).toEqual(ORDER);
        expect(misplaced(layout)).toEqual([]);
        expect(layout.byteLength % 64).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  test('is large enough for what it holds, past 2^31 and 2^32 bytes too', () => {
    fc.assert(
      fc.property(layoutOptions(), (options) => {
        const layout = computeLayout(options);
        const { capacity, dimension, sealed } = options;
        const big = BigInt(capacity);
        const [code, vector] = leastWords(options);
        expect(layout.vectorWords).toBe(vector);
        expect(BigInt(layout.regions.vectors.words)).toBe(big * BigInt(vector));
        expect(BigInt(layout.regions.codes.words)).toBe(big * BigInt(layout.codeWords));
        expect(BigInt(layout.regions.rows.words)).toBe(big * BigInt(layout.rowWords));
        expect(layout.codeWords).toBeGreaterThanOrEqual(code);
        const normed = options.codes === 'int8' || options.codes === 'fine';
        expect(layout.regions.norms.words).toBe(normed ? capacity : 0);
        expect(layout.regions.means.words).toBeGreaterThanOrEqual(dimension);
        expect(layout.regions.rotation.words).toBe(4 * dimension);
        expect(layout.regions.centroids.words).toBe(options.codes === 'pq' ? 256 * dimension : 0);
        const leveled = options.entry === 'levels' ? capacity : 0;
        expect(layout.regions.upperHeads.words).toBe(leveled);
        expect(4 * layout.regions.levels.words).toBeGreaterThanOrEqual(leveled);
        const hubs = options.entry === 'hubs' ? hubCountOf(capacity) : 0;
        expect(layout.regions.hubs.words).toBe(hubs);
        expect(layout.regions.hubNorms.words).toBe(normed ? hubs : 0);
        expect(layout.regions.hubCodes.words).toBe(normed ? hubs * layout.codeWords : 0);
        expect(32 * layout.regions.tombstones.words).toBeGreaterThanOrEqual(capacity);
        const heads = sealed ? capacity : capacity + layout.upperCapacity;
        expect(layout.regions.edgeHeads.words).toBe(heads);
        expect(layout.maxBatch > 0).toBe(!sealed);
        // One batch's worst case: every node selects all it may on one level above 0.
        const edges = layout.maxBatch * (layout.forward + options.M);
        expect(layout.edgeCapacity).toBeGreaterThanOrEqual(edges);
        expect(layout.regions.edges.words).toBe(2 * layout.edgeCapacity);
      }),
      { numRuns: 1000 },
    );
  });

  test('keeps the parts of a scratch block apart and aligned', () => {
    fc.assert(
      fc.property(layoutOptions(), (options) => {
        const layout = computeLayout(options);
        const { dimension } = options;
        const { encodedWord, bufferWord, queryCodeWord, visitedWord, scratchWords } = layout;
        const query = leastWords(options)[2];
        expect(encodedWord).toBeGreaterThanOrEqual(F.QUERY + dimension);
        expect(bufferWord).toBeGreaterThanOrEqual(encodedWord + dimension);
        expect(queryCodeWord).toBeGreaterThanOrEqual(bufferWord + dimension);
        expect(visitedWord).toBeGreaterThanOrEqual(queryCodeWord + query);
        const parts = [encodedWord, bufferWord, queryCodeWord, visitedWord];
        expect(parts.map((word) => word % 16)).toEqual([0, 0, 0, 0]);
        expect(4 * (scratchWords - visitedWord)).toBeGreaterThanOrEqual(options.capacity);
        const first = scratchWord(layout, 0);
        expect([first % 16, scratchWords % 16, F.POOL % 16]).toEqual([0, 0, 0]);
      }),
      { numRuns: 500 },
    );
  });

  test('keeps the parts of a bench apart and aligned', () => {
    fc.assert(
      fc.property(layoutOptions(), (options) => {
        const layout = computeLayout(options);
        const { benchWords, columnWord, codeWords } = layout;
        expect(columnWord).toBeGreaterThanOrEqual(F.PACKED_ROWS + F.MAX_LEAF * codeWords);
        expect(benchWords).toBeGreaterThanOrEqual(columnWord + F.MAX_COLUMNS * codeWords);
        expect([benchWords % 16, benchWord(layout, 0) % 16]).toEqual([0, 0]);
        expect(layout.regions.benches.words).toBe(options.benchCount * benchWords);
      }),
      { numRuns: 500 },
    );
  });

  test('uses no more words of a region than it has', () => {
    fc.assert(
      fc.property(layoutOptions(), fc.nat(), fc.nat(), (options, a, b) => {
        const layout = computeLayout(options);
        const count = a % (options.capacity + 1);
        const linked = b % (count + 1);
        const graph = {
          upperCount: layout.upperCapacity,
          copyCount: linked >> 1,
          rotated: true,
          numbered: false,
        };
        const hubCount = options.entry === 'hubs' ? hubCountOf(linked) : 0;
        const used = { count, linked, hubCount, ...graph };
        const beyond = SAVED_REGIONS.filter(
          (name) => usedWords(layout, name, used) > layout.regions[name].words,
        );
        expect(beyond).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('writes headers whose words are the regions, whenever the segment can be allocated', () => {
    fc.assert(
      fc.property(layoutOptions(), (wanted) => {
        const capacity = fitCapacity(wanted, MAX_SEGMENT_BYTES);
        fc.pre(capacity > 0);
        const layout = computeLayout({ ...wanted, capacity });
        const header = new Int32Array(F.HEADER_WORDS);
        writeHeader(header, layout);
        const { regions } = layout;
        const read = [
          F.MEANS,
          F.ROTATION,
          F.CENTROIDS,
          F.ENTRY_POINTS,
          F.HUBS,
          F.HUB_NORMS,
          F.HUB_CODES,
          F.LEVELS,
          F.TOMBSTONES,
          F.NUMBERS,
          F.UPPER_HEADS,
        ];
        read.push(F.NODES, F.COPIES, F.NORMS);
        read.push(F.CODES, F.ROWS, F.UPPER_ROWS, F.VECTORS, F.PARENTS, F.EDGE_HEADS);
        read.push(F.EDGES, F.EDGE_TARGETS, F.BENCHES, F.SCRATCH);
        expect(read.map((field) => header[field])).toEqual(
          ORDER.slice(1).map((name) => regions[name].word),
        );
        expect(header[F.SCRATCH_WORDS]).toBe(layout.scratchWords);
        expect(header[F.EDGE_CAPACITY]).toBe(layout.edgeCapacity);
        expect(header[F.CAPACITY]).toBe(capacity);
      }),
      { numRuns: 500 },
    );
  });
});

describe('fitCapacity', () => {
  test('is the largest capacity that fits, and no more than was asked for', () => {
    fc.assert(
      fc.property(
        layoutOptions(),
        fc.oneof(fc.integer({ min: 65536, max: 2 ** 26 }), fc.constant(MAX_SEGMENT_BYTES)),
        (options, limit) => {
          const capacity = fitCapacity(options, limit);
          const bytes = (n: number): number =>
            computeLayout({ ...options, capacity: n }).byteLength;
          expect(capacity).toBeGreaterThanOrEqual(0);
          expect(capacity).toBeLessThanOrEqual(options.capacity);
          if (capacity > 0) expect(bytes(capacity)).toBeLessThanOrEqual(limit);
          if (capacity < options.capacity) expect(bytes(capacity + 1)).toBeGreaterThan(limit);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
