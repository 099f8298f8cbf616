// What the engine calls in the hot code: the entry file of both targets. Addresses are words; a
// scratch block is passed as its first word.

export { countAccepted, isAccepted, sieve } from './accept.ts';
export {
  decodeHalves,
  dotPlanes,
  encodeHalves,
  hadamard,
  hammingBits,
} from './code-kernels.ts';
export { bindNode, codeDistance, haveSameCodes, measureGathered } from './distance.ts';
export {
  bindQuery,
  countSaturated,
  decodeSlot,
  encodeBuffer,
  encodeSlots,
  hashCodes,
} from './encode.ts';
export { finishResults, measureRange, resultsReset, scanExact } from './exact.ts';
export { finishPool, scanByCodes, scout, searchTwoHop, sweep } from './filtered.ts';
export { adoptFrom, probe } from './find.ts';
export { enterByHubs } from './hubs.ts';
export { applyEdges, groupEdges, linkNodes, updateEntry } from './link.ts';
export {
  dotCodes,
  dotCodesQuad,
  dotFloats,
  dotFloatsQuad,
  l2Floats,
  l2FloatsQuad,
} from './machine.ts';
export { growTree, mendTree } from './parents.ts';
export { assignPoints, linkLeaf, loadLeaders } from './partition.ts';
export { poolInsert, poolMerge, poolReset } from './pool.ts';
export { findInvalid, findNonUnit, normalize, normalizeNodes } from './prepare.ts';
export { nearestCentroid } from './product.ts';
export { markReachable, repair } from './reach.ts';
export { mayEnter, offerBuffer, searchGraph, searchWithout } from './rerank.ts';
export { rotate, rotateBack } from './rotate.ts';
export { scanAccepted } from './scan.ts';
export { loadQueries, measureQueries, screen } from './screen.ts';
export { searchLevel } from './search.ts';
export { selectNeighbors } from './select.ts';
export { refineForward, selectForward, writeRow } from './stitch.ts';
export {
  verifyCodes,
  verifyEnd,
  verifyGraph,
  verifyRows,
  verifySlots,
  verifyStart,
} from './verify.ts';
export { visitedAdd, visitedReset } from './visited.ts';
