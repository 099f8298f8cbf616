// The picture of a segment: one memory, these regions in this order, each on a 64-byte boundary.
//
//   header | means | rotation | centroids | entry points | hubs | levels | tombstones | numbers
//          | upper heads | nodes | copies | norms | codes | rows | upper rows | vectors | parents
//          | edge heads | edges | edge targets | bench 0, 1, ... | scratch block 0, 1, ...
//
// The only file that computes where anything lies. All addresses are words (4 bytes); the hot code
// reads them from the header (hot/fields.ts), which writeHeader fills in. Capacity costs address
// space only: the system gives a page its memory when it is first written.

import * as F from '../hot/fields.ts';

/** How distance is measured: squared Euclidean, 1 - cos, -dot. Smaller is nearer for all. */
export type Metric = 'l2' | 'cosine' | 'dot';
/** What searches compare, and what finishes them. */
export type CodeKind = 'int8' | 'binary' | 'pq' | 'fine';
export type VectorKind = 'float32' | 'float16' | 'none';
// In the order of the header's numbers.
export const METRICS: readonly Metric[] = ['l2', 'cosine', 'dot'];
export const CODE_KINDS: readonly CodeKind[] = ['int8', 'binary', 'pq', 'fine'];
export const VECTOR_KINDS: readonly VectorKind[] = ['float32', 'float16', 'none'];

export const BYTES_PER_WORD = 4;
export const MAX_SEGMENT_BYTES: number = 2 ** 32;
/** "NIGH", little-endian. */
export const SEGMENT_MAGIC = 0x4847494e;
export const LAYOUT_VERSION = 1;
/** No node is on a higher level: with M = 2, a million nodes reach level 20. */
export const MAX_LEVEL_LIMIT = 24;

const WORDS_PER_LINE = 16;
const BITS_PER_REGISTER = 128;
/** Codes are padded to whole SIMD registers. */
const CODE_ALIGNMENT = 16;
/** An insertion batch has at least this many nodes, or this share of all. */
export const MIN_BATCH = 64;
export const MAX_BATCH_SHARE = 0.02;
const ENTRY_POINT_LIMIT = 64;
const MIN_HUBS = 16;
const MAX_HUBS = 1024;

/** How searches enter the graph, in the order of the header's numbers. */
export const ENTRY_KINDS = ['levels', 'hubs'] as const;
/** A way into the graph. */
export type EntryKind = (typeof ENTRY_KINDS)[number];

export interface LayoutOptions {
  readonly dimension: number;
  readonly metric: Metric;
  readonly capacity: number;
  readonly M: number;
  /** Scratch blocks: one per thread that may search or build at the same time. */
  readonly scratchCount: number;
  /** The first blocks, which have a bench beside them: those of threads that may build. */
  readonly benchCount: number;
  /** 'levels' unless given. By hubs there are no upper levels. */
  readonly entry?: EntryKind;
  /** What is kept of vectors. Other than 7-bit codes and float32 only in a sealed segment. */
  readonly codes: CodeKind;
  readonly vectors: VectorKind;
  /** Subspaces of products; 0 for other codes. */
  readonly subspaces: number;
  /** No vector is added or linked any more, so that there is no room to do it in. */
  readonly sealed: boolean;
}

/** What a segment keeps while vectors are added to it and linked: all that it takes. */
export const GROWING = { codes: 'int8', vectors: 'float32', subspaces: 0, sealed: false } as const;

/** A region: its first word and how many words it has. */
export interface Region {
  readonly word: number;
  readonly words: number;
}

export interface Layout extends Required<LayoutOptions> {
  readonly M0: number;
  /** Neighbors a node selects on level 0; reverse edges fill the row up to M0. */
  readonly forward: number;
  readonly codeWords: number;
  readonly vectorWords: number;
  readonly rowWords: number;
  readonly upperRowWords: number;
  readonly upperCapacity: number;
  readonly hubCapacity: number;
  /** Most nodes, and most edges, of one insertion batch. */
  readonly maxBatch: number;
  readonly edgeCapacity: number;
  readonly scratchWords: number;
  /** Where a scratch block keeps the query's codes and the visited bytes, from its start. */
  readonly queryCodeWord: number;
  readonly encodedWord: number;
  readonly bufferWord: number;
  readonly visitedWord: number;
  readonly acceptWord: number;
  readonly benchWords: number;
  /** Where a bench keeps the packed codes of the columns, from its start. */
  readonly columnWord: number;
  readonly regions: Readonly<Record<RegionName, Region>>;
  readonly byteLength: number;
}

export type RegionName =
  | 'header'
  | 'means'
  | 'rotation'
  | 'centroids'
  | 'entryPoints'
  | 'hubs'
  | 'hubNorms'
  | 'hubCodes'
  | 'levels'
  | 'tombstones'
  | 'numbers'
  | 'upperHeads'
  | 'nodes'
  | 'copies'
  | 'norms'
  | 'codes'
  | 'rows'
  | 'upperRows'
  | 'vectors'
  | 'parents'
  | 'edgeHeads'
  | 'edges'
  | 'edgeTargets'
  | 'benches'
  | 'scratch';

function alignUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/**
 * Rows of the upper levels: a node has 1 / (M - 1) of them on average. Eight standard deviations
 * above that no index ever needs; a node that finds the pool empty stays on level 0.
 */
function upperCapacityOf(capacity: number, M: number): number {
  const mean = capacity / (M - 1);
  return Math.ceil(mean + 8 * Math.sqrt((mean * M) / (M - 1)) + MIN_BATCH);
}

/** Whether distances on the codes take a norm. */
function hasNorms({ codes }: Pick<LayoutOptions, 'codes'>): boolean {
  return codes === 'int8' || codes === 'fine';
}

/** Words of one code row. */
function codeWordsOf({ codes, dimension, subspaces }: LayoutOptions): number {
  if (codes === 'binary') return planeWordsOf(dimension) + F.BINARY_FACTORS;
  const bytes = codes === 'pq' ? alignUp(subspaces, BYTES_PER_WORD) : meanWords(dimension);
  return bytes / BYTES_PER_WORD;
}

/** Words of a query as codes are compared with it. */
function queryCodeWordsOf(options: LayoutOptions): number {
  const { codes, dimension, subspaces } = options;
  if (codes === 'binary') return F.QUERY_PLANES * planeWordsOf(dimension);
  return codes === 'pq' ? F.CENTROID_COUNT * subspaces : codeWordsOf(options);
}

/** Words of one bit for each component. */
function planeWordsOf(dimension: number): number {
  return alignUp(dimension, BITS_PER_REGISTER) / 32;
}

/** Means are padded as 7-bit codes are. */
function meanWords(dimension: number): number {
  return alignUp(dimension, CODE_ALIGNMENT);
}

function vectorWordsOf({ vectors, dimension }: LayoutOptions): number {
  if (vectors === 'none') return 0;
  return vectors === 'float16' ? Math.ceil(dimension / 2) : dimension;
}

/**
 * Hubs of a graph of `count` nodes: about as many as a search computes other distances, or fewer
 * (docs/decisions/0011).
 */
export function hubCountOf(count: number): number {
  return Math.min(count, Math.max(MIN_HUBS, Math.min(MAX_HUBS, Math.ceil(Math.sqrt(count)))));
}

/** Word counts of all regions, in the order in which they lie. */
function regionWords(shape: Omit<Layout, 'regions' | 'byteLength'>): [RegionName, number][] {
  const { capacity, dimension, hubCapacity } = shape;
  const leveled = shape.entry === 'levels' ? capacity : 0;
  const copied = hasNorms(shape) ? hubCapacity : 0;
  return [
    ['header', F.HEADER_WORDS],
    ['means', meanWords(dimension)],
    ['rotation', F.ROTATION_STAGES * dimension],
    ['centroids', shape.subspaces > 0 ? F.CENTROID_COUNT * dimension : 0],
    ['entryPoints', ENTRY_POINT_LIMIT],
    ['hubs', hubCapacity],
    ['hubNorms', copied],
    ['hubCodes', copied * shape.codeWords],
    ['levels', Math.ceil(leveled / BYTES_PER_WORD)],
    ['tombstones', bitWords(capacity)],
    ['numbers', capacity],
    ['upperHeads', leveled],
    ['nodes', capacity],
    ['copies', capacity],
    ['norms', hasNorms(shape) ? capacity : 0],
    ['codes', capacity * shape.codeWords],
    ['rows', capacity * shape.rowWords],
    ['upperRows', shape.upperCapacity * shape.upperRowWords],
    ['vectors', capacity * shape.vectorWords],
    ['parents', shape.sealed ? 0 : capacity],
    // Sealed ones are verified too, whose queue (hot/reach.ts) lies there.
    ['edgeHeads', shape.sealed ? capacity : capacity + shape.upperCapacity],
    ['edges', 2 * shape.edgeCapacity],
    ['edgeTargets', 2 * shape.edgeCapacity],
    ['benches', shape.benchCount * shape.benchWords],
    ['scratch', shape.scratchCount * shape.scratchWords],
  ];
}

/** Computes where everything lies. Pure arithmetic: the result may exceed what can be allocated. */
export function computeLayout(options: LayoutOptions): Layout {
  const { dimension, capacity, M, entry = 'levels' } = options;
  const codeWords = codeWordsOf(options);
  const forward = M + (M >> 2);
  const maxBatch = options.sealed ? 0 : Math.max(MIN_BATCH, Math.ceil(capacity * MAX_BATCH_SHARE));
  const floatWords = alignUp(dimension, WORDS_PER_LINE);
  const encodedWord = F.QUERY + floatWords;
  const bufferWord = encodedWord + floatWords;
  const queryCodeWord = bufferWord + floatWords;
  const visitedWord = queryCodeWord + alignUp(queryCodeWordsOf(options), WORDS_PER_LINE);
  const acceptWord = alignUp(visitedWord + Math.ceil(capacity / BYTES_PER_WORD), WORDS_PER_LINE);
  const columnWord = F.PACKED_ROWS + F.MAX_LEAF * codeWords;
  const shape = {
    ...options,
    entry,
    M0: 2 * M,
    forward,
    codeWords,
    vectorWords: vectorWordsOf(options),
    rowWords: 1 + 2 * M,
    upperRowWords: 1 + M,
    upperCapacity: entry === 'levels' ? upperCapacityOf(capacity, M) : 0,
    hubCapacity: entry === 'hubs' ? hubCountOf(capacity) : 0,
    maxBatch,
    edgeCapacity: options.sealed ? 0 : maxBatch * (forward + M) + MAX_LEVEL_LIMIT * M,
    queryCodeWord,
    encodedWord,
    bufferWord,
    visitedWord,
    acceptWord,
    benchWords: alignUp(columnWord + F.MAX_COLUMNS * codeWords, WORDS_PER_LINE),
    columnWord,
    scratchWords: alignUp(acceptWord + bitWords(capacity) + 1, WORDS_PER_LINE),
  };
  const regions = {} as Record<RegionName, Region>;
  let word = 0;
  for (const [name, words] of regionWords(shape)) {
    regions[name] = { word, words };
    word = alignUp(word + words, WORDS_PER_LINE);
  }
  return { ...shape, regions, byteLength: word * BYTES_PER_WORD };
}

/**
 * The largest capacity, at most `options.capacity`, whose segment fits in `byteLimit`; 0 if none.
 */
export function fitCapacity(options: LayoutOptions, byteLimit: number): number {
  let low = 0;
  let high = options.capacity;
  while (low < high) {
    const capacity = Math.ceil((low + high) / 2);
    if (computeLayout({ ...options, capacity }).byteLength <= byteLimit) low = capacity;
    else high = capacity - 1;
  }
  return low;
}

const REGION_FIELDS: readonly (readonly [number, RegionName])[] = [
  [F.VECTORS, 'vectors'],
  [F.CODES, 'codes'],
  [F.NORMS, 'norms'],
  [F.MEANS, 'means'],
  [F.ROTATION, 'rotation'],
  [F.CENTROIDS, 'centroids'],
  [F.ROWS, 'rows'],
  [F.UPPER_ROWS, 'upperRows'],
  [F.UPPER_HEADS, 'upperHeads'],
  [F.NODES, 'nodes'],
  [F.COPIES, 'copies'],
  [F.LEVELS, 'levels'],
  [F.TOMBSTONES, 'tombstones'],
  [F.NUMBERS, 'numbers'],
  [F.ENTRY_POINTS, 'entryPoints'],
  [F.HUBS, 'hubs'],
  [F.HUB_NORMS, 'hubNorms'],
  [F.HUB_CODES, 'hubCodes'],
  [F.PARENTS, 'parents'],
  [F.EDGE_HEADS, 'edgeHeads'],
  [F.EDGES, 'edges'],
  [F.EDGE_TARGETS, 'edgeTargets'],
  [F.BENCHES, 'benches'],
  [F.SCRATCH, 'scratch'],
];

/** Writes the layout into the header of a fresh segment, for the hot code and for whoever looks. */
export function writeHeader(header: Int32Array, layout: Layout): void {
  for (const [field, name] of REGION_FIELDS) header[field] = layout.regions[name].word;
  header[F.MAGIC] = SEGMENT_MAGIC;
  header[F.FORMAT] = LAYOUT_VERSION;
  header[F.DIMENSION] = layout.dimension;
  header[F.METRIC] = METRICS.indexOf(layout.metric);
  header[F.ENTRY_KIND] = ENTRY_KINDS.indexOf(layout.entry);
  header[F.CAPACITY] = layout.capacity;
  header[F.M] = layout.M;
  header[F.M0] = layout.M0;
  header[F.FORWARD] = layout.forward;
  header[F.CODE_WORDS] = layout.codeWords;
  header[F.ROW_WORDS] = layout.rowWords;
  header[F.UPPER_ROW_WORDS] = layout.upperRowWords;
  header[F.UPPER_CAPACITY] = layout.upperCapacity;
  header[F.EDGE_CAPACITY] = layout.edgeCapacity;
  header[F.SCRATCH_WORDS] = layout.scratchWords;
  header[F.SCRATCH_COUNT] = layout.scratchCount;
  header[F.CODE_KIND] = CODE_KINDS.indexOf(layout.codes);
  header[F.VECTOR_KIND] = VECTOR_KINDS.indexOf(layout.vectors);
  header[F.VECTOR_WORDS] = layout.vectorWords;
  header[F.SUBSPACES] = layout.subspaces;
  header[F.QUERY_CODE_WORD] = layout.queryCodeWord;
  header[F.ENCODED_WORD] = layout.encodedWord;
  header[F.BUFFER_WORD] = layout.bufferWord;
  header[F.VISITED_WORD] = layout.visitedWord;
  header[F.ACCEPT_WORD] = layout.acceptWord;
  header[F.BENCH_WORDS] = layout.benchWords;
  header[F.COLUMN_WORD] = layout.columnWord;
}

/** The first word of a local node's vector. */
export function vectorWord(layout: Layout, node: number): number {
  return layout.regions.vectors.word + node * layout.vectorWords;
}

/** The first word of a slot's codes. */
export function codeWord(layout: Layout, slot: number): number {
  return layout.regions.codes.word + slot * layout.codeWords;
}

/** The word of a node's level-0 row, which begins with its degree. */
export function rowWord(layout: Layout, node: number): number {
  return layout.regions.rows.word + node * layout.rowWords;
}

/** The word of an upper row. */
export function upperRowWord(layout: Layout, row: number): number {
  return layout.regions.upperRows.word + row * layout.upperRowWords;
}

/** The word that holds the index of a node's first upper row. */
export function upperHeadWord(layout: Layout, node: number): number {
  return layout.regions.upperHeads.word + node;
}

/** The byte that holds a node's level. */
export function levelByte(layout: Layout, node: number): number {
  return layout.regions.levels.word * BYTES_PER_WORD + node;
}

/** The first word of scratch block `index`. */
export function scratchWord(layout: Layout, index: number): number {
  return layout.regions.scratch.word + index * layout.scratchWords;
}

/** The first word of the bench beside scratch block `index`. */
export function benchWord(layout: Layout, index: number): number {
  return layout.regions.benches.word + index * layout.benchWords;
}

/** The words of hub `index`: its slot and, where codes have norms, its norm and its codes. */
export function hubWords(
  layout: Layout,
  index: number,
): { slot: number; norm: number; codes: number } {
  const { hubs, hubNorms, hubCodes } = layout.regions;
  return {
    slot: hubs.word + index,
    norm: hubNorms.word + index,
    codes: hubCodes.word + index * layout.codeWords,
  };
}

/** The bits of a scratch block, and the word behind them that shifting them needs. */
export function acceptRange(layout: Layout, scratch: number): { word: number; words: number } {
  return { word: scratch + layout.acceptWord, words: bitWords(layout.capacity) + 1 };
}

/** The word of a slot's norm. */
export function normWord(layout: Layout, slot: number): number {
  return layout.regions.norms.word + slot;
}

/** The word that holds the tombstones of 32 local nodes, `node` among them. */
export function tombstoneWord(layout: Layout, node: number): number {
  return layout.regions.tombstones.word + (node >> 5);
}

/** The word that holds the node of a local node. */
export function numberWord(layout: Layout, node: number): number {
  return layout.regions.numbers.word + node;
}

/** The word that holds the local node of a slot. */
export function nodeWord(layout: Layout, slot: number): number {
  return layout.regions.nodes.word + slot;
}

/** The word that holds the next copy of a slot. */
export function copyWord(layout: Layout, slot: number): number {
  return layout.regions.copies.word + slot;
}

/** How many rows of `words` words lie whole in the first `byteLength` bytes of a region. */
export function wholeRows(byteLength: number, words: number): number {
  return Math.floor(byteLength / (words * BYTES_PER_WORD));
}

/** Words of one bit for each of `count` nodes. */
export function bitWords(count: number): number {
  return Math.ceil(count / 32);
}

/** How many words of a region are in use; what a snapshot keeps of it. */
export function usedWords(layout: Layout, name: RegionName, used: UsedCounts): number {
  const { count, linked, upperCount, copyCount, hubCount, rotated, numbered } = used;
  const leveled = layout.entry === 'levels' ? linked : 0;
  const copied = hasNorms(layout) ? hubCount : 0;
  const words: Partial<Record<RegionName, number>> = {
    means: linked > 0 ? layout.regions.means.words : 0,
    rotation: linked > 0 && rotated ? layout.regions.rotation.words : 0,
    centroids: layout.regions.centroids.words,
    entryPoints: linked > 0 ? 1 : 0,
    hubs: hubCount,
    hubNorms: copied,
    hubCodes: copied * layout.codeWords,
    levels: Math.ceil(leveled / BYTES_PER_WORD),
    tombstones: bitWords(count),
    numbers: numbered ? count : 0,
    upperHeads: leveled,
    nodes: linked,
    copies: copyCount > 0 ? linked : 0,
    norms: hasNorms(layout) ? linked : 0,
    codes: linked * layout.codeWords,
    rows: linked * layout.rowWords,
    upperRows: upperCount * layout.upperRowWords,
    vectors: count * layout.vectorWords,
  };
  return words[name] ?? 0;
}

export interface UsedCounts {
  readonly count: number;
  readonly linked: number;
  readonly upperCount: number;
  readonly copyCount: number;
  readonly hubCount: number;
  readonly rotated: boolean;
  readonly numbered: boolean;
}

/**
 * The regions a snapshot keeps, in file order; norms and codes of hubs are those of their slots.
 */
export const SAVED_REGIONS: readonly RegionName[] = [
  'means',
  'rotation',
  'centroids',
  'entryPoints',
  'hubs',
  'levels',
  'tombstones',
  'numbers',
  'upperHeads',
  'nodes',
  'copies',
  'norms',
  'codes',
  'rows',
  'upperRows',
  'vectors',
];
