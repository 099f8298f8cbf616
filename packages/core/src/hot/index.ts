// What the engine calls in the hot code: the entry file of both targets. Addresses are words; a
// scratch block is passed as its first word.

export { bindNode } from './distance.ts';
export { encodeNodes } from './encode.ts';
export { finishResults, measureRange, resultsReset, scanExact, searchGraph } from './exact.ts';
export { applyEdges, groupEdges, linkNodes, updateEntry } from './link.ts';
export {
  dotCodes,
  dotCodesQuad,
  dotFloats,
  dotFloatsQuad,
  l2Floats,
  l2FloatsQuad,
} from './machine.ts';
export { poolInsert, poolReset } from './pool.ts';
export { findInvalid, findNonUnit, findZero, normalize, normalizeNodes } from './prepare.ts';
export { markReachable, repair } from './reach.ts';
export { searchLevel } from './search.ts';
export { selectNeighbors } from './select.ts';
export { verifySegment } from './verify.ts';
export { visitedAdd, visitedReset } from './visited.ts';
