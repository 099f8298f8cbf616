// The words of a segment's header and of a scratch block, by name. An address everywhere in the hot
// code is a WORD (4 bytes) counted from the start of the segment, so that 4 GiB fit into 30 bits: a
// small integer in JavaScript, never a sign bit in WebAssembly. Where the regions lie is computed
// in memory/layout.ts, which fills these words in; nothing else may.

export const MAGIC: i32 = 0;
export const FORMAT: i32 = 1;
export const DIMENSION: i32 = 2;
/** 0 l2, 1 cosine, 2 dot. */
export const METRIC: i32 = 3;
export const CAPACITY: i32 = 4;
/** Vectors that searches may see. Published last, with Atomics. */
export const COUNT: i32 = 5;
/**
 * Nodes [0, LINKED) are in the graph; [LINKED, COUNT) are scanned. Published last, with Atomics.
 */
export const LINKED: i32 = 6;
export const M: i32 = 7;
export const M0: i32 = 8;
export const MAX_LEVEL: i32 = 9;
/** Neighbors a node selects for itself on level 0; reverse edges fill the row up to M0. */
export const FORWARD: i32 = 10;
export const EF_CONSTRUCTION: i32 = 11;
/** RobustPrune's alpha in 1/1024. */
export const ALPHA: i32 = 12;
export const ENTRY_COUNT: i32 = 13;
export const UPPER_CAPACITY: i32 = 14;
export const UPPER_COUNT: i32 = 15;

/** Words of one code row, one level-0 row and one upper row. */
export const CODE_WORDS: i32 = 16;
export const ROW_WORDS: i32 = 17;
export const UPPER_ROW_WORDS: i32 = 18;
/** float32: the width of one code step. */
export const CODE_SCALE: i32 = 19;
export const SEED: i32 = 20;
/** Nodes [0, LEVELED) have had their level drawn, linked or not. */
export const LEVELED: i32 = 21;
/** The count at which codes were last found unable to rank these vectors; 0 when never. */
export const UNRANKABLE: i32 = 22;
/** Local nodes whose tombstone is set. Published after the bit, with Atomics. */
export const REMOVED: i32 = 23;
/** The node of local node 0, unless NUMBERED. */
export const FIRST_NODE: i32 = 24;
/** 1 when NUMBERS says which node a local node is; else they are numbered through. */
export const NUMBERED: i32 = 25;

/** First words of the regions. */
export const VECTORS: i32 = 32;
export const CODES: i32 = 33;
export const NORMS: i32 = 34;
export const MEANS: i32 = 35;
export const ROWS: i32 = 36;
export const UPPER_ROWS: i32 = 37;
/** Per node: the index of its first upper row, or nothing when its level is 0. */
export const UPPER_HEADS: i32 = 38;
/** Per node one byte: its level. */
export const LEVELS: i32 = 39;
/** Per local node one bit: removed, still traversed and no result any more. */
export const TOMBSTONES: i32 = 40;
export const ENTRY_POINTS: i32 = 41;
/** Reverse edges of the batch being linked: per row a list head, the edges, the rows concerned. */
export const EDGE_HEADS: i32 = 42;
export const EDGES: i32 = 43;
export const EDGE_TARGETS: i32 = 44;
export const SCRATCH: i32 = 45;
export const SCRATCH_WORDS: i32 = 46;
export const SCRATCH_COUNT: i32 = 47;
export const EDGE_CAPACITY: i32 = 48;
/** Per slot of the graph: the local node whose vector it is. */
export const NODES: i32 = 51;
/** Per slot: 1 + the next slot with its codes, or 0; with SAME_VECTOR if it has its floats too. */
export const COPIES: i32 = 52;
/**
 * Slots [FIRST_COPY, FIRST_COPY + COPY_COUNT) are copies: no part of the graph, found through the
 * slot whose codes they have.
 */
export const FIRST_COPY: i32 = 53;
export const COPY_COUNT: i32 = 54;
export const BENCHES: i32 = 55;
export const BENCH_WORDS: i32 = 56;
/** ALPHA of a build by partitions, whose few candidates are worth keeping longer. */
export const UNION_ALPHA: i32 = 57;

/** What searches compare: 0 7-bit codes, 1 bits, 2 products (of subspaces), 3 fine codes. */
export const CODE_KIND: i32 = 59;
/** What finishes: 0 float32 vectors, 1 float16, 2 nothing in this memory. */
export const VECTOR_KIND: i32 = 60;
/** Words of one stored vector. */
export const VECTOR_WORDS: i32 = 61;
/** 1 when vectors are rotated before they are encoded. */
export const ROTATED: i32 = 62;
/** Factors of the rotation: ROTATION_STAGES times one for each component. */
export const ROTATION: i32 = 63;
/** float32: no vector is farther than this from what its 7-bit codes stand for. */
export const RESIDUAL: i32 = 64;
/** Subspaces of products, and the centroids of each. */
export const SUBSPACES: i32 = 65;
export const CENTROIDS: i32 = 66;
/** Where a scratch block keeps the query as it is encoded, and one other vector, from its start. */
export const ENCODED_WORD: i32 = 67;
export const BUFFER_WORD: i32 = 68;
/** Per slot of a graph that grows: who leads to it, on the way from the entry point. */
export const PARENTS: i32 = 69;

export const INT8_CODES: i32 = 0;
export const BINARY_CODES: i32 = 1;
export const PRODUCT_CODES: i32 = 2;
/** Signed codes of 8 bits: see hot/fine.ts. */
export const FINE_CODES: i32 = 3;
export const FLOAT32_VECTORS: i32 = 0;
export const FLOAT16_VECTORS: i32 = 1;
export const NO_VECTORS: i32 = 2;
/** Two rounds of a transform over the first components and one over the last. */
export const ROTATION_STAGES: i32 = 4;
/** Centroids of a subspace: a byte names one. */
export const CENTROID_COUNT: i32 = 256;
/** Centroids that lie together, component by component: what eight SIMD registers hold. */
export const CENTROID_GROUP: i32 = 32;
/** Words behind the bits of a row: see hot/binary.ts. */
export const BINARY_FACTORS: i32 = 3;
/** Bits of a component of the query that bits are compared with. */
export const QUERY_PLANES: i32 = 4;
/** How searches enter the graph: BY_LEVELS or BY_HUBS. */
export const ENTRY_KIND: i32 = 80;
/** The table of hubs: their slots, the entry point first, and their norms and codes again. */
export const HUBS: i32 = 81;
export const HUB_NORMS: i32 = 82;
export const HUB_CODES: i32 = 83;
export const HUB_COUNT: i32 = 84;
/** How many nodes were linked when the hubs were chosen. */
export const HUBS_LINKED: i32 = 85;

/** Per local node: its node, where the segment is NUMBERED. */
export const NUMBERS: i32 = 86;
/** Where a scratch block keeps the bits of what a filtered search may return, from its start. */
export const ACCEPT_WORD: i32 = 87;
/** How many slots have parents, all that are linked; 0 when parents are not known. */
export const PARENTED: i32 = 88;
/** Components of the linked vectors that their 7-bit codes clip. */
export const CLIPPED: i32 = 89;
/** How many vectors the codes were chosen for, 0 when unknown, and their clipped components. */
export const FIRST_CODED: i32 = 90;
export const FIRST_CLIPPED: i32 = 91;

/** Most scratch blocks a segment has. Words 128 to 383 of the header are free. */
export const MAX_SCRATCH_COUNT: i32 = 256;
/**
 * What was measured of the linked nodes: recall by beam width, a curve for each of a few k
 * (calibrate/curve.ts).
 */
export const CURVES: i32 = 384;
export const CURVE_WORDS: i32 = 41;
export const MAX_CURVES: i32 = 3;
export const HEADER_WORDS: i32 = 512;

/** Above half the smallest float32: what the square of a component may lose by underflow. */
export const UNDERFLOW: f64 = 1.5e-45;

/** A node, an edge or a row that is not there. */
export const NONE: i32 = -1;
/** In PARENTS: a slot that waits for a parent; less 1 + the orphan after it in a list. */
export const ORPHAN: i32 = -2;
export const MAX_DEGREE: i32 = 256;
export const MAX_POOL: i32 = 4096;
/** ALPHA of a factor of 1. */
export const ALPHA_ONE: i32 = 1024;
export const MAX_NODES: i32 = 0x7fffffff;
/** Values of ENTRY_KIND. By hubs, every node has level 0 and there are no levels to read. */
export const BY_LEVELS: i32 = 0;
export const BY_HUBS: i32 = 1;

/** Words of a scratch block, counted from its start. */
export const EPOCH: i32 = 0;
export const HOP_COUNT: i32 = 1;
export const DISTANCE_COUNT: i32 = 2;
/**
 * What queries are compared against: the word of the codes, their norm, and whether norms count.
 */
export const QUERY_CODES: i32 = 3;
export const QUERY_NORM: i32 = 4;
export const NORM_MASK: i32 = 5;
/** Takes what the touch loops read, so that no compiler drops them. */
export const SINK: i32 = 6;
/** Distances computed on stored vectors. */
export const EXACT_COUNT: i32 = 7;
/** The word of a bit for each local node: which ones this search may return; 0 when all. */
export const ACCEPT: i32 = 13;
/** How often the block's own bits were written: tells whether they are the same still. */
export const ACCEPT_STAMP: i32 = 14;
/** Words of the block's own bits that were ever written. */
export const ACCEPT_WRITTEN: i32 = 15;
/** Components that the codes clip of the vectors that were encoded last. */
export const CLIPPED_COUNT: i32 = 60;
/** 1 + the slot that the search passes by as if it were not there; 0 for none. */
export const HIDDEN: i32 = 12;
/** Four results of a kernel. */
export const QUAD: i32 = 8;
/** Damage found by verify: per kind a count and the first node. */
export const REPORT: i32 = 16;
/** float32: what is computed once of a query. Each kind of codes has its own use for them. */
export const QUERY_TERMS: i32 = 48;
export const POOL: i32 = 64;
const POOL_WORDS: i32 = 8256;
export const RESULTS: i32 = POOL + POOL_WORDS;
/** Unvisited neighbors of one hop, and their distances. */
export const GATHERED: i32 = RESULTS + POOL_WORDS;
export const DISTANCES: i32 = GATHERED + MAX_DEGREE;
export const SELECTED: i32 = DISTANCES + MAX_DEGREE;
/** The words of the selected nodes' codes, and their norms. */
export const SELECTED_CODES: i32 = SELECTED + MAX_DEGREE;
export const SELECTED_NORMS: i32 = SELECTED_CODES + MAX_DEGREE;
/** Per candidate of a selection: how many selected nodes it was held against. */
export const CHECKED: i32 = SELECTED_NORMS + MAX_DEGREE;
/**
 * The query's floats; its codes and the visited bytes follow at QUERY_CODE_WORD and VISITED_WORD.
 */
export const QUERY: i32 = CHECKED + MAX_POOL;
/** In COPIES: the slot named there holds the same floats as this one. */
export const SAME_VECTOR: i32 = ~0x7fffffff;

/** A leaf's largest size, and the most leaders one assignment knows. */
export const MAX_LEAF: i32 = 256;
export const MAX_LEADERS: i32 = 1024;
/** Neighbors a leaf gives each of its members. */
export const LEAF_NEIGHBORS: i32 = 3;
/** Vectors assigned to leaders at a time: MATRIX holds their distances to MAX_LEADERS. */
export const MAX_POINTS: i32 = 64;

/** Queries that are held against slots at a time, and the slots. */
export const MAX_SCREENED: i32 = 128;

/** Words of a bench, where a thread builds: 1 when it was ever used, then slots in, results out. */
export const BENCH_USED: i32 = 0;
/** Two results of packing a row. */
export const SUMS: i32 = 8;
export const LIST: i32 = 16;
export const LIST_WORDS: i32 = 4096;
/** While slots are screened: per query the distance from which a slot is of no interest. */
export const LIMITS: i32 = LIST + 2048;
export const OUT: i32 = LIST + LIST_WORDS;
/** The parts of a distance that depend on the row, and on the column. */
export const ROW_TERMS: i32 = OUT + LIST_WORDS;
export const COLUMN_TERMS: i32 = ROW_TERMS + MAX_LEAF;
/** Points are packed as columns too, which nobody needs: behind the leaders. */
export const MAX_COLUMNS: i32 = MAX_LEADERS + MAX_POINTS;
/** Distances of rows to columns. */
export const MATRIX: i32 = COLUMN_TERMS + MAX_COLUMNS;
/** Packed codes of the rows (at most MAX_LEAF); those of the columns follow at COLUMN_WORD. */
export const PACKED_ROWS: i32 = MATRIX + MAX_LEAF * MAX_LEAF;
/** Header words: where parts of variable size begin, from the start of a block or bench. */
export const QUERY_CODE_WORD: i32 = 49;
export const VISITED_WORD: i32 = 50;
export const COLUMN_WORD: i32 = 58;
