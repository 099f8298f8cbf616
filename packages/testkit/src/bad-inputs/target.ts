/**
 * What a bad input is, and the least a caller hands over to try it on. No import of core: a class
 * fits when it has these methods. A newcomer would type the parameters: they are unknown, because
 * wrong types are the point.
 */

/** The methods of an index that are tried. */
export interface IndexLike {
  readonly count: number;
  add(vectors: unknown, options?: unknown): Promise<unknown>;
  reserve(count: unknown): unknown;
  commit(options?: unknown): Promise<unknown>;
  update(nodes: unknown, vectors: unknown, options?: unknown): Promise<unknown>;
  remove(nodes: unknown): unknown;
  link(options?: unknown): Promise<unknown>;
  consolidate(options?: unknown): Promise<unknown>;
  has(node: unknown): unknown;
  search(query: unknown, k: unknown, options?: unknown): unknown;
  searchBatch(queries: unknown, k: unknown, options?: unknown): Promise<unknown>;
  searchNode(node: unknown, k: unknown, options?: unknown): unknown;
  searchRange(query: unknown, maxDistance: unknown, options?: unknown): unknown;
  getVector(node: unknown): unknown;
  calibrate(options?: unknown): Promise<unknown>;
  evaluate(options?: unknown): Promise<unknown>;
  save(path: unknown, options?: unknown): Promise<unknown>;
}

/** The static methods of the index class that are tried. */
export interface IndexClassLike {
  create(options: unknown): unknown;
  build(vectors: unknown, options: unknown): Promise<unknown>;
  load(path: unknown, options?: unknown): Promise<unknown>;
}

/** Components per vector of the indexes of a target. */
export const BAD_INPUT_DIMENSION = 4;

/** What a bad input is tried on. */
export interface BadInputTarget {
  /** An l2 index of dimension 4 with at least 5 ordinary vectors and no open reservation. */
  readonly index: IndexLike;
  /** The same under cosine. */
  readonly cosine: IndexLike;
  readonly VectorIndex: IndexClassLike;
  /** An empty folder of the test's own; load and save look inside it. */
  readonly folder: string;
}

/**
 * One call that must fail. It may throw or return a promise that rejects; either way the error has
 * `code`, and nothing has changed: neither the count of the index nor what a search returns.
 */
export interface BadInput {
  readonly name: string;
  readonly call: (target: BadInputTarget) => unknown;
  readonly code: string;
  /** The row the error must report as `details.row`: the first offender. */
  readonly row?: number;
  /** Text the message must contain: the option that is wrong. */
  readonly names?: string;
}

/** Shows a value in a name; JSON would turn NaN and undefined into null. */
export function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
