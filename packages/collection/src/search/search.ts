// Answers one search: by vectors, by text, or by both, among the documents that a filter lets
// through. Filters apply to either side before anything is ranked, so k results come whenever k
// documents match.

import { NodeFilter, type SearchResult } from '@nigh/core';
import { type Accepted, parseFilter } from '@nigh/filter';
import type { Contents } from '../contents/contents.ts';
import { readDocument, rowOfKey } from '../contents/read-row.ts';
import type { StoredDocument } from '../document.ts';
import { fuseRanks, fuseScores, type Ranked, rank } from './fusion.ts';
import type { SearchRequest } from './search-options.ts';

/** A document that was found. */
export interface Hit<M = StoredDocument['metadata']> {
  /** The key of the document. */
  readonly key: StoredDocument['key'];
  /**
   * The larger the better, and comparable within one search. Of vectors alone 1 - distance
   * (cosine), -distance (dot) or 1 / (1 + distance) (l2); of text alone that of BM25; of both what
   * the fusion gives.
   */
  readonly score: number;
  /** In the metric of the collection; where vectors took part. */
  readonly distance?: number;
  /** The score of BM25; where text took part and the document has a term of it. */
  readonly textScore?: number;
  /** Its metadata; fields declared as dates are Dates. */
  readonly metadata: M;
  /** Its vector, with `vectors: true`. */
  readonly vector?: Float32Array;
  /** Its text, with `texts: true`, if it has one. */
  readonly text?: string;
}

/** A hit by row, with its parts as far as they are known. */
interface RowHit extends Ranked {
  readonly distance?: number;
  readonly textScore?: number;
}

/** What is accepted, for either side; absent where everything is. */
interface Accept {
  readonly nodes: NodeFilter;
  readonly bits: Uint32Array;
}

/** The same bits are the same filter, which the index knows again. */
const nodeFilters = new WeakMap<Uint32Array, NodeFilter>();

function nodeFilterOf({ bits }: Accepted): NodeFilter {
  const known = nodeFilters.get(bits);
  if (known !== undefined) return known;
  const filter = NodeFilter.fromBits(bits);
  nodeFilters.set(bits, filter);
  return filter;
}

/** Near to what: a query, or a row, which is left out. */
interface Target {
  readonly query: SearchRequest['vector'];
  readonly row: number;
}

/** One search among the contents of this moment. */
export class ContentsSearch {
  readonly #contents: Contents;
  readonly #request: SearchRequest;
  readonly #accept: Accept | undefined;
  readonly #target: Target | undefined;

  /** @throws {FilterError, CollectionError} KEY_NOT_FOUND */
  constructor(contents: Contents, request: SearchRequest) {
    this.#contents = contents;
    this.#request = request;
    this.#target = targetOf(contents, request);
    if (request.filter === undefined) return;
    const { columns, schema } = contents;
    const accepted = columns.evaluate(parseFilter(request.filter, schema.fields));
    this.#accept = { nodes: nodeFilterOf(accepted), bits: accepted.bits };
  }

  /** The k best, the best first. */
  hits(): Hit[] {
    const { k, text } = this.#request;
    if (!this.#target) return this.#searchText(k).map((hit) => this.#toHit(hit));
    const hits = text === undefined ? this.#searchVectors(k) : this.#searchBoth();
    return hits.map((hit) => this.#toHit(hit));
  }

  #searchVectors(k: number): RowHit[] {
    const { nodes, distances } = this.#nearest(k);
    return Array.from(nodes, (row, i) => {
      const distance = distances[i] as number;
      return { row, distance, score: this.#similarity(distance) };
    });
  }

  #searchText(k: number): RowHit[] {
    const { rows, scores } = this.#matches(k);
    return Array.from(rows, (row, i) => {
      const textScore = scores[i] as number;
      return { row, textScore, score: textScore };
    });
  }

  #searchBoth(): RowHit[] {
    const { k, fusion, candidates } = this.#request;
    const near = this.#nearest(candidates);
    const matches = this.#matches(candidates);
    const distances = new Map(
      Array.from(near.nodes, (row, i) => [row, near.distances[i] as number]),
    );
    if (fusion.kind === 'rrf') {
      const ranked = rank(fuseRanks(near.nodes, matches.rows, fusion), k);
      return this.#withParts(ranked, distances);
    }
    const rows = [...new Set([...near.nodes, ...Array.from(matches.rows)])];
    this.#measure(rows, distances);
    const similarities = rows.map((row) => this.#similarity(distances.get(row) as number));
    const least = this.#contents.index?.metric === 'cosine' ? -1 : undefined;
    const scores = fuseScores(
      rows,
      { values: similarities, ...(least !== undefined && { least }) },
      { values: this.#textScores(rows), least: 0 },
      fusion,
    );
    return this.#withParts(rank(scores, k), distances);
  }

  /** Adds to each hit what the other side says of it. */
  #withParts(ranked: readonly Ranked[], distances: Map<number, number>): RowHit[] {
    const rows = ranked.map(({ row }) => row);
    this.#measure(rows, distances);
    const textScores = this.#textScores(rows);
    return ranked.map((hit, i) => {
      const distance = distances.get(hit.row);
      const textScore = textScores[i] as number;
      return {
        ...hit,
        ...(distance !== undefined && { distance }),
        ...(textScore > 0 && { textScore }),
      };
    });
  }

  #textScores(rows: readonly number[]): Float64Array {
    return (
      this.#contents.text?.score(this.#request.text ?? '', rows) ?? new Float64Array(rows.length)
    );
  }

  /** Fills in the distances of rows that the search among vectors did not come to. */
  #measure(rows: readonly number[], distances: Map<number, number>): void {
    const missing = rows.filter((row) => !distances.has(row));
    if (missing.length === 0) return;
    const found = this.#ask(missing.length, { accept: NodeFilter.of(missing), exact: true });
    for (const [i, row] of found.nodes.entries()) distances.set(row, found.distances[i] as number);
  }

  #nearest(k: number): SearchResult {
    const accept = this.#accept?.nodes;
    return this.#ask(k, { ...this.#request.effort, ...(accept && { accept }) });
  }

  #ask(k: number, options: Parameters<NonNullable<Contents['index']>['search']>[2]): SearchResult {
    const { index } = this.#contents;
    const target = this.#target;
    if (!index || !target) throw new Error('a search among vectors needs some');
    if (target.query === undefined) return index.searchNode(target.row, k, options);
    return index.search(target.query, k, options);
  }

  #matches(k: number): { readonly rows: ArrayLike<number>; readonly scores: ArrayLike<number> } {
    const { text } = this.#contents;
    if (!text) throw new Error('a search of text needs some');
    const accept = this.#accept?.bits;
    const found = text.search(this.#request.text ?? '', k + 1, { ...(accept && { accept }) });
    const own = this.#target?.query === undefined ? (this.#target?.row ?? -1) : -1;
    return without(found, own, k);
  }

  #similarity(distance: number): number {
    const metric = this.#contents.index?.metric;
    if (metric === 'cosine') return 1 - distance;
    return metric === 'dot' ? -distance : 1 / (1 + distance);
  }

  #toHit({ row, score, distance, textScore }: RowHit): Hit {
    const { vectors, texts } = this.#request;
    const { key, metadata, vector, text } = readDocument(this.#contents, row, { vectors, texts });
    return {
      ...{ key, score },
      ...(distance !== undefined && { distance }),
      ...(textScore !== undefined && { textScore }),
      metadata,
      ...(vector && { vector }),
      ...(text !== undefined && { text }),
    };
  }
}

/** Of k + 1 matches the best k that are not `row`. */
function without(
  { rows, scores }: { readonly rows: Uint32Array; readonly scores: Float64Array },
  row: number,
  k: number,
): { readonly rows: ArrayLike<number>; readonly scores: ArrayLike<number> } {
  const at = rows.indexOf(row);
  if (at === -1) return { rows: rows.subarray(0, k), scores: scores.subarray(0, k) };
  return {
    rows: [...rows.subarray(0, at), ...rows.subarray(at + 1)],
    scores: [...scores.subarray(0, at), ...scores.subarray(at + 1)],
  };
}

function targetOf(contents: Contents, { vector, like }: SearchRequest): Target | undefined {
  if (vector !== undefined) return { query: vector, row: -1 };
  return like === undefined ? undefined : { query: undefined, row: rowOfKey(contents, like) };
}
