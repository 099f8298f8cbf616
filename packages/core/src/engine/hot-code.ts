// The functions of the hot code as the engine calls them, of either target. Kept by hand, in plain
// numbers, so that published declarations do not depend on the number types of the subset; tsc
// checks in engine.ts that hot/index.ts fits.

type Word = number;
type Node = number;

/** True or false: a boolean in JavaScript, 0 or 1 in WebAssembly. */
export type Flag = boolean | number;

/** Addresses are words; `scratch` is the first word of a scratch block. */
export interface HotCode {
  bindQuery(scratch: Word): void;
  encodeSlots(first: Node, end: Node, scratch: Word): number;
  countSaturated(first: Node, end: Node): number;
  encodeBuffer(scratch: Word, slot: Node): void;
  decodeSlot(scratch: Word, slot: Node): void;
  nearestCentroid(scratch: Word, index: number, piece: Word): number;
  rotate(vector: Word): void;
  rotateBack(vector: Word): void;
  hashCodes(first: Node, end: Node, out: Word): void;
  codeDistance(a: Node, b: Node): number;
  haveSameCodes(a: Node, b: Node): Flag;
  findInvalid(first: Node, end: Node, limit: number, least: number): Node;
  findNonUnit(first: Node, end: Node): Node;
  normalize(vector: Word, dimension: number): Flag;
  normalizeNodes(first: Node, end: Node): void;

  resultsReset(scratch: Word, k: number): void;
  searchGraph(scratch: Word, ef: number, width: number, end: Node): void;
  sieve(scratch: Word, count: number, shift: number, tombstones: Word): number;
  isAccepted(scratch: Word, node: Node): Flag;
  countAccepted(scratch: Word, first: Node, end: Node): number;
  sweep(scratch: Word, ef: number, limit: number): number;
  scout(scratch: Word, width: number, limit: number): number;
  searchTwoHop(
    scratch: Word,
    ef: number,
    distanceCost: number,
    rowCost: number,
    budget: number,
  ): number;
  scanByCodes(scratch: Word, width: number, end: Node): void;
  scanAccepted(scratch: Word, first: Node, end: Node): void;
  finishPool(scratch: Word, end: Node): void;
  mayEnter(scratch: Word, index: number): Flag;
  offerBuffer(scratch: Word, node: Node): void;
  searchWithout(scratch: Word, ef: number, width: number, end: Node, slot: Node): void;
  scanExact(scratch: Word, first: Node, end: Node): void;
  measureRange(scratch: Word, first: Node, end: Node, out: Word): void;
  finishResults(scratch: Word): number;

  linkNodes(scratch: Word, node: Node, count: number, stride: number, modulus: number): void;
  groupEdges(node: Node, count: number, stride: number, modulus: number): number;
  applyEdges(scratch: Word, first: number, end: number): void;
  updateEntry(node: Node, count: number, stride: number, modulus: number): void;
  markReachable(scratch: Word, marker: Word): number;
  repair(scratch: Word, marker: Word, end: Node): number;
  growTree(scratch: Word, end: Node): number;
  mendTree(
    scratch: Word,
    node: Node,
    count: number,
    stride: number,
    modulus: number,
    targets: number,
    root: Node,
  ): void;
  loadLeaders(bench: Word, count: number): void;
  assignPoints(bench: Word, count: number, leaders: number, fanout: number): void;
  linkLeaf(bench: Word, count: number): void;
  selectForward(scratch: Word, bench: Word, count: number, limit: number, out: Word): void;
  refineForward(scratch: Word, slot: Node, ef: number, limit: number, out: Word): void;
  writeRow(scratch: Word, bench: Word, slot: Node, count: number, level: number): void;
  probe(scratch: Word, slot: Node, level: number, ef: number, width: number, out: Word): void;
  adoptFrom(slot: Node, level: number, hosts: Word): Node;
  verifyStart(scratch: Word, marker: Word): void;
  verifySlots(scratch: Word, marker: Word, maxLevel: number, first: Node, end: Node): void;
  verifyCodes(scratch: Word, first: Node, end: Node): void;
  verifyRows(scratch: Word, first: Node, end: Node): void;
  verifyGraph(scratch: Word, marker: Word): void;
  verifyEnd(scratch: Word, marker: Word): number;

  loadQueries(bench: Word, count: number): void;
  measureQueries(bench: Word, queries: number, count: number): void;
  screen(bench: Word, queries: number, count: number): number;

  bindNode(scratch: Word, node: Node): void;
  enterByHubs(scratch: Word, width: number): void;
  measureGathered(scratch: Word, count: number): void;
  searchLevel(scratch: Word, level: number, ef: number): void;
  selectNeighbors(scratch: Word, limit: number, alpha: number): number;
  poolReset(pool: Word, capacity: number): void;
  poolInsert(pool: Word, key: number, node: Node): number;
  poolMerge(pool: Word, keys: Word, nodes: Word, count: number): number;
  visitedReset(scratch: Word): number;
  visitedAdd(visited: Word, epoch: number, node: Node): Flag;

  l2Floats(a: Word, b: Word, dimension: number): number;
  dotFloats(a: Word, b: Word, dimension: number): number;
  hadamard(word: Word, length: number): void;
  hammingBits(a: Word, b: Word, words: number): number;
  dotPlanes(row: Word, planes: Word, words: number): number;
  encodeHalves(from: Word, length: number, out: Word): void;
  decodeHalves(from: Word, length: number, out: Word): void;
  dotCodes(a: Word, b: Word, words: number): number;
  l2FloatsQuad: QuadKernel;
  dotFloatsQuad: QuadKernel;
  dotCodesQuad: QuadKernel;
}

/** A kernel of `query` with four rows of `length`, whose four results go to `out`. */
export type QuadKernel = (
  query: Word,
  a: Word,
  b: Word,
  c: Word,
  d: Word,
  length: number,
  out: Word,
) => void;
