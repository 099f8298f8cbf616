import { describe, expect, test } from 'vitest';
import * as F from '../../../src/hot/fields.ts';
import {
  benchWord,
  computeLayout,
  fitCapacity,
  GROWING,
  hubCountOf,
  hubWords,
  LAYOUT_VERSION,
  type LayoutOptions,
  METRICS,
  SAVED_REGIONS,
  SEGMENT_MAGIC,
  scratchWord,
  usedWords,
  writeHeader,
} from '../../../src/memory/layout.ts';

const options: LayoutOptions = {
  dimension: 100,
  metric: 'l2',
  capacity: 1000,
  M: 16,
  scratchCount: 3,
  benchCount: 2,
  ...GROWING,
};

function headerOf(layoutOptions: LayoutOptions): Int32Array {
  const header = new Int32Array(F.HEADER_WORDS);
  writeHeader(header, computeLayout(layoutOptions));
  return header;
}

describe('the layout of a segment', () => {
  test('pads codes to whole registers', () => {
    const dimensions = [1, 16, 17, 100, 112, 113];
    const words = dimensions.map((dimension) => computeLayout({ ...options, dimension }).codeWords);
    expect(words).toEqual([4, 4, 8, 28, 28, 32]);
  });

  test('gives level 0 rows of 2 M neighbors and upper rows of M', () => {
    const { M0, rowWords, upperRowWords, forward } = computeLayout(options);
    expect({ M0, rowWords, upperRowWords, forward }).toEqual({
      M0: 32,
      rowWords: 33,
      upperRowWords: 17,
      forward: 20,
    });
  });

  test('has rows wide enough for all a node selects', () => {
    const wide = Array.from({ length: 127 }, (_, i) => computeLayout({ ...options, M: i + 2 }));
    expect(wide.filter(({ forward, M0 }) => forward > M0 || M0 > F.MAX_DEGREE)).toEqual([]);
  });

  test('puts the scratch blocks one behind another', () => {
    const layout = computeLayout(options);
    const { word, words } = layout.regions.scratch;
    expect([0, 1, 2].map((i) => scratchWord(layout, i))).toEqual([
      word,
      word + layout.scratchWords,
      word + 2 * layout.scratchWords,
    ]);
    expect(scratchWord(layout, 3)).toBe(word + words);
  });

  test('puts the benches one behind another', () => {
    const layout = computeLayout(options);
    const { word, words } = layout.regions.benches;
    expect([0, 1].map((i) => benchWord(layout, i))).toEqual([word, word + layout.benchWords]);
    expect(benchWord(layout, 2)).toBe(word + words);
  });

  test('gives a bench room for the packed codes of its rows and columns', () => {
    const { benchWords, columnWord, codeWords } = computeLayout(options);
    expect(columnWord - F.PACKED_ROWS).toBeGreaterThanOrEqual(F.MAX_LEAF * codeWords);
    expect(benchWords - columnWord).toBeGreaterThanOrEqual(F.MAX_COLUMNS * codeWords);
  });

  test('keeps the fixed words of a bench apart', () => {
    const parts = [F.BENCH_USED, F.SUMS, F.LIST, F.OUT, F.ROW_TERMS, F.COLUMN_TERMS, F.MATRIX];
    const sizes = [1, 2, F.LIST_WORDS, F.LIST_WORDS, F.MAX_LEAF, F.MAX_COLUMNS];
    const ends = sizes.map((size, i) => parts[i] + size);
    expect(parts.slice(1).filter((start, i) => start < ends[i])).toEqual([]);
    // A leaf's distances, or those of the points of one call to all leaders.
    const distances = Math.max(F.MAX_LEAF ** 2, F.MAX_POINTS * F.MAX_LEADERS);
    expect(F.PACKED_ROWS - F.MATRIX).toBeGreaterThanOrEqual(distances);
  });

  test('counts copies as used only where there are some', () => {
    const layout = computeLayout(options);
    const used = {
      count: 10,
      linked: 7,
      upperCount: 2,
      hubCount: 0,
      rotated: false,
      numbered: false,
    };
    const words = [0, 1].map((copyCount) => usedWords(layout, 'copies', { ...used, copyCount }));
    expect(words).toEqual([0, 7]);
  });

  test('writes every region and size into the header', () => {
    for (const metric of METRICS) {
      const layout = computeLayout({ ...options, metric });
      const { regions } = layout;
      const header = headerOf({ ...options, metric });
      const expected = new Int32Array(F.HEADER_WORDS);
      const fields: [number, number][] = [
        [F.MAGIC, SEGMENT_MAGIC],
        [F.FORMAT, LAYOUT_VERSION],
        [F.DIMENSION, 100],
        [F.METRIC, METRICS.indexOf(metric)],
        [F.CAPACITY, 1000],
        [F.M, 16],
        [F.M0, 32],
        [F.FORWARD, layout.forward],
        [F.UPPER_CAPACITY, layout.upperCapacity],
        [F.CODE_WORDS, layout.codeWords],
        [F.ROW_WORDS, layout.rowWords],
        [F.UPPER_ROW_WORDS, layout.upperRowWords],
        [F.VECTORS, regions.vectors.word],
        [F.CODES, regions.codes.word],
        [F.NORMS, regions.norms.word],
        [F.MEANS, regions.means.word],
        [F.ROTATION, regions.rotation.word],
        [F.CENTROIDS, regions.centroids.word],
        [F.ROWS, regions.rows.word],
        [F.UPPER_ROWS, regions.upperRows.word],
        [F.NUMBERS, regions.numbers.word],
        [F.ACCEPT_WORD, layout.acceptWord],
        [F.UPPER_HEADS, regions.upperHeads.word],
        [F.NODES, regions.nodes.word],
        [F.COPIES, regions.copies.word],
        [F.HUBS, regions.hubs.word],
        [F.HUB_NORMS, regions.hubNorms.word],
        [F.HUB_CODES, regions.hubCodes.word],
        [F.LEVELS, regions.levels.word],
        [F.TOMBSTONES, regions.tombstones.word],
        [F.ENTRY_POINTS, regions.entryPoints.word],
        [F.PARENTS, regions.parents.word],
        [F.EDGE_HEADS, regions.edgeHeads.word],
        [F.EDGES, regions.edges.word],
        [F.EDGE_TARGETS, regions.edgeTargets.word],
        [F.BENCHES, regions.benches.word],
        [F.BENCH_WORDS, layout.benchWords],
        [F.COLUMN_WORD, layout.columnWord],
        [F.SCRATCH, regions.scratch.word],
        [F.SCRATCH_WORDS, layout.scratchWords],
        [F.SCRATCH_COUNT, 3],
        [F.EDGE_CAPACITY, layout.edgeCapacity],
        [F.CODE_KIND, F.INT8_CODES],
        [F.VECTOR_KIND, F.FLOAT32_VECTORS],
        [F.VECTOR_WORDS, 100],
        [F.SUBSPACES, 0],
        [F.ENCODED_WORD, layout.encodedWord],
        [F.BUFFER_WORD, layout.bufferWord],
        [F.QUERY_CODE_WORD, layout.queryCodeWord],
        [F.VISITED_WORD, layout.visitedWord],
      ];
      for (const [field, value] of fields) expected[field] = value;
      expect(header).toEqual(expected);
    }
  });

  test('keeps the fixed words of a scratch block apart', () => {
    const words = [F.EPOCH, F.SINK, F.QUAD, F.REPORT, F.POOL, F.RESULTS, F.GATHERED, F.DISTANCES];
    words.push(F.SELECTED, F.SELECTED_CODES, F.SELECTED_NORMS, F.CHECKED);
    expect([...words, F.QUERY]).toEqual([
      0,
      6,
      8,
      16,
      64,
      64 + 8256,
      64 + 2 * 8256,
      64 + 2 * 8256 + 256,
      64 + 2 * 8256 + 512,
      64 + 2 * 8256 + 768,
      64 + 2 * 8256 + 1024,
      64 + 2 * 8256 + 1280,
      64 + 2 * 8256 + 1280 + 4096,
    ]);
    // A pool is two words and a pair per entry.
    expect(F.RESULTS - F.POOL).toBeGreaterThanOrEqual(2 + 2 * F.MAX_POOL);
  });

  test('counts no word of an empty segment as used', () => {
    const layout = computeLayout(options);
    const empty = {
      count: 0,
      linked: 0,
      upperCount: 0,
      copyCount: 0,
      hubCount: 0,
      rotated: false,
      numbered: false,
    };
    expect(SAVED_REGIONS.map((name) => usedWords(layout, name, empty))).toEqual(
      SAVED_REGIONS.map(() => 0),
    );
  });

  test('counts vectors of unlinked nodes as used, but nothing of their graph', () => {
    const layout = computeLayout(options);
    const used = {
      count: 10,
      linked: 7,
      upperCount: 2,
      copyCount: 0,
      hubCount: 0,
      rotated: false,
      numbered: false,
    };
    const words = Object.fromEntries(
      SAVED_REGIONS.map((name) => [name, usedWords(layout, name, used)]),
    );
    expect(words).toEqual({
      means: 112,
      rotation: 0,
      centroids: 0,
      entryPoints: 1,
      hubs: 0,
      levels: 2,
      tombstones: 1,
      numbers: 0,
      upperHeads: 7,
      nodes: 7,
      copies: 0,
      norms: 7,
      codes: 7 * 28,
      rows: 7 * 33,
      upperRows: 2 * 17,
      vectors: 1000,
    });
  });

  test('has hubs in the place of levels', () => {
    const layout = computeLayout({ ...options, entry: 'hubs' });
    const used = {
      count: 10,
      linked: 7,
      upperCount: 0,
      copyCount: 0,
      hubCount: 5,
      rotated: false,
      numbered: false,
    };
    const words = (
      ['hubs', 'hubNorms', 'hubCodes', 'levels', 'upperHeads', 'upperRows'] as const
    ).map((name) => [usedWords(layout, name, used), layout.regions[name].words]);
    expect(words).toEqual([
      [5, 32],
      [5, 32],
      [5 * 28, 32 * 28],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(layout.byteLength).toBeLessThan(computeLayout(options).byteLength);
    expect(headerOf({ ...options, entry: 'hubs' })[F.ENTRY_KIND]).toBe(F.BY_HUBS);
    expect(headerOf(options)[F.ENTRY_KIND]).toBe(F.BY_LEVELS);
    expect(hubWords(layout, 3)).toEqual({
      slot: layout.regions.hubs.word + 3,
      norm: layout.regions.hubNorms.word + 3,
      codes: layout.regions.hubCodes.word + 3 * 28,
    });
  });

  test('has more hubs for more nodes, from 16 to 1,024', () => {
    const counts = [0, 1, 15, 16, 256, 4096, 4097, 100_000, 1_000_000, 2_000_000, 2 ** 31 - 1];
    expect(counts.map(hubCountOf)).toEqual([0, 1, 15, 16, 16, 64, 65, 317, 1000, 1024, 1024]);
  });

  test('fits nothing into a limit below its fixed part', () => {
    expect(fitCapacity(options, 65536)).toBe(0);
  });
});
