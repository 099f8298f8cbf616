// What a row scores for a query: BM25F, with lengths normalised field by field (Zaragoza, Craswell,
// Taylor, Saria and Robertson, "Microsoft Cambridge at TREC-13: Web and HARD tracks", 2004; Robertson
// and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, section 3.6).
//
//   score = sum over the query's terms of  idf * (k1 + 1) * w / (k1 + w)
//   w     = sum over fields of  weight * times / (1 - b + b * length / average length)
//   idf   = ln(1 + (N - df + .5) / (df + .5))
//
// N are the live rows and df those that have the term in any field. The average is over the live rows
// that have any term in the field. A term that is twice in the query counts twice. A term counts in one
// field MAX_TIMES times at most.

import { DEAD, type Documents } from './documents.ts';
import type { ResolvedTextOptions } from './options.ts';
import { type Base, FIELD_BITS, FIELD_MASK, type Tail } from './postings.ts';

/** A term of a query. */
export interface QueryTerm {
  readonly term: number;
  /** How often the query has it. */
  readonly times: number;
  /** Live documents that have it. */
  readonly docCount: number;
}

export function inverseFrequency(docCount: number, liveCount: number): number {
  return Math.log(1 + (liveCount - docCount + 0.5) / (docCount + 0.5));
}

/** Scores by document, and which documents have one. Made for one index and used again. */
export class Scorer {
  readonly #k1: number;
  readonly #b: number;
  readonly #weights: Float64Array;
  /** By field: b over its average length in the documents of this search. */
  readonly #slopes: Float64Array;
  /** Zero where a document was not touched: what a term adds is more than zero. */
  #scores = new Float64Array(0);
  #touched = new Uint32Array(0);
  #touchedCount = 0;

  constructor({ fields, k1, b }: ResolvedTextOptions) {
    this.#k1 = k1;
    this.#b = b;
    this.#weights = Float64Array.from(fields, ({ weight }) => weight);
    this.#slopes = new Float64Array(fields.length);
  }

  get scores(): Float64Array {
    return this.#scores;
  }

  /** The documents that have a score. */
  get touched(): Uint32Array {
    return this.#touched.subarray(0, this.#touchedCount);
  }

  get byteLength(): number {
    return this.#scores.byteLength + this.#touched.byteLength;
  }

  /** Begins a search. */
  begin(documents: Documents): void {
    const docCount = documents.rows.length;
    if (this.#scores.length < docCount) {
      const capacity = documents.rows.values.length;
      this.#scores = new Float64Array(capacity);
      this.#touched = new Uint32Array(capacity);
    }
    for (let field = 0; field < this.#slopes.length; field++) {
      this.#slopes[field] = this.#b / documents.averageLength(field);
    }
  }

  /** Ends a search: no document has a score any more. */
  end(): void {
    const touched = this.#touched;
    for (let i = 0; i < this.#touchedCount; i++) this.#scores[touched[i]] = 0;
    this.#touchedCount = 0;
  }

  /** Adds what a term scores in the documents of the base that are asked for. */
  addBase(
    base: Base,
    documents: Documents,
    { term, times, docCount }: QueryTerm,
    accept: Uint32Array | undefined,
  ): void {
    const { docs, uses } = base;
    const rows = documents.rows.values;
    const isChecked = accept !== undefined || documents.deadCount > 0;
    const factor = times * inverseFrequency(docCount, documents.liveCount);
    const end = base.offsets[term + 1];
    let at = base.offsets[term];
    while (at < end) {
      const doc = docs[at];
      if (isChecked && !isAsked(rows[doc], accept)) {
        at++;
        continue;
      }
      let weight = 0;
      do weight += this.#weigh(documents, doc, uses[at++]);
      while (at < end && docs[at] === doc);
      this.#add(doc, factor, weight);
    }
  }

  /** The same for those of the tail. */
  addTail(
    tail: Tail,
    documents: Documents,
    { term, times, docCount }: QueryTerm,
    accept: Uint32Array | undefined,
  ): void {
    const docs = tail.docs.values;
    const uses = tail.uses.values;
    const previous = tail.previous.values;
    const rows = documents.rows.values;
    const factor = times * inverseFrequency(docCount, documents.liveCount);
    let at = tail.heads.values[term];
    while (at !== 0) {
      const doc = docs[at - 1];
      if (!isAsked(rows[doc], accept)) {
        at = previous[at - 1];
        continue;
      }
      let weight = 0;
      do {
        weight += this.#weigh(documents, doc, uses[at - 1]);
        at = previous[at - 1];
      } while (at !== 0 && docs[at - 1] === doc);
      this.#add(doc, factor, weight);
    }
  }

  #weigh(documents: Documents, doc: number, use: number): number {
    const field = use & FIELD_MASK;
    const length = documents.lengths.values[doc * this.#weights.length + field];
    const norm = 1 - this.#b + this.#slopes[field] * length;
    return (this.#weights[field] * (use >>> FIELD_BITS)) / norm;
  }

  #add(doc: number, factor: number, weight: number): void {
    const scores = this.#scores;
    if (scores[doc] === 0) this.#touched[this.#touchedCount++] = doc;
    scores[doc] += (factor * (this.#k1 + 1) * weight) / (this.#k1 + weight);
  }
}

/** Whether the row of a document lives and is accepted. */
function isAsked(row: number, accept: Uint32Array | undefined): boolean {
  if (row === DEAD) return false;
  if (accept === undefined) return true;
  const word = row >>> 5;
  return word < accept.length && ((accept[word] >>> (row & 31)) & 1) === 1;
}
