// An index of texts: which rows have which words, ranked by BM25F. Rows are numbers that somebody
// else gave; what is kept of their texts is postings.

import { GrowingArray, type Image, StringTable } from '@nigh/base';
import { Analyzer } from './analyzer.ts';
import {
  assertAccept,
  assertCount,
  assertQuery,
  assertRow,
  assertRows,
  assertTexts,
  isRow,
} from './checks.ts';
import { DEAD, Documents } from './documents.ts';
import { TextError, TextErrorCode } from './errors.ts';
import { type ResolvedTextOptions, readTextOptions, type TextOptions } from './options.ts';
import {
  type Base,
  countDocs,
  dropUnused,
  emptyBase,
  FIELD_BITS,
  hasPosting,
  MAX_POSTINGS,
  MAX_TIMES,
  merge,
  Tail,
} from './postings.ts';
import { type Postings, type QueryTerm, Scorer } from './scorer.ts';
import { atOnce, type Steps } from './steps.ts';
import { imagesOf, loadParts, type Parts, verifyParts } from './text-image.ts';
import { type Ranking, TopRows } from './top-rows.ts';

/** Words whose terms are remembered. */
const MAX_KNOWN_WORDS = 2 ** 16;
/** Longer words are slices that would keep the text alive that they are from. */
const MAX_KNOWN_UNITS = 12;
/** Fewer postings or documents than these are not merged by themselves. */
const FEWEST_TO_MERGE = 4096;
/** How many times as many as make it time are waited for: somebody may come who gives turns. */
const PATIENCE = 1.5;
/** UTF-16 units of a query that count: what a search takes is bounded. */
export const MAX_QUERY_UNITS = 4096;
const NO_TERM = -1;

/** Which rows may be found. */
export interface TextSearchOptions {
  /** The rows that may be found: bit `row & 31` of word `row >>> 5`. Rows beyond are not. */
  readonly accept?: Uint32Array;
}

/** Texts by row, found by their words and ranked by BM25F (Robertson and Zaragoza, 2009). */
export class TextIndex {
  /** Those it was made with, every default filled in. */
  readonly options: ResolvedTextOptions;
  readonly #analyzer: Analyzer;
  readonly #scorer: Scorer;
  #terms: StringTable;
  #documents: Documents;
  #base: Base;
  #tail = new Tail();
  /** Documents by term, those included that have died since the base was made. */
  #docCounts: GrowingArray<'uint32'>;
  /** Dead documents by term, where they were counted since the last one died. */
  readonly #deadCounts = new Map<number, number>();
  /** Grows by every change, merging too: what was begun before does not fit any more. */
  #changes = 0;
  /** Terms of words that were met; NO_TERM for stop words. */
  readonly #known = new Map<string, number>();
  /** Of the text being added, by term: how often it occurs. All zero in between. */
  readonly #times = new GrowingArray('uint32');
  /** The terms of the field being added, word by word. */
  readonly #wordTerms = new GrowingArray('uint32');
  /** Postings of the row being added: its terms, and how each is used. */
  readonly #newTerms = new GrowingArray('uint32');
  readonly #newUses = new GrowingArray('uint16');

  private constructor(options: ResolvedTextOptions, analyzer: Analyzer, parts: Parts) {
    this.options = options;
    this.#analyzer = analyzer;
    this.#scorer = new Scorer(options);
    this.#terms = parts.terms;
    this.#documents = parts.documents;
    this.#base = parts.base;
    this.#docCounts = atOnce(countDocs(parts.base));
  }

  /**
   * An index without rows.
   *
   * @throws {TextError} INVALID_OPTION
   */
  static async create(options: TextOptions): Promise<TextIndex> {
    const resolved = readTextOptions(options);
    return new TextIndex(resolved, await Analyzer.of(resolved), {
      terms: new StringTable(),
      documents: new Documents(resolved.fields.length),
      base: emptyBase(),
    });
  }

  /**
   * The index of an image, over its arrays where they are never changed.
   *
   * @param options those the index was created with
   * @throws {TextError} INVALID_OPTION; TEXT_CORRUPT where an image is not as an index writes it
   */
  static async load(
    images: Readonly<Record<string, Image>>,
    options: TextOptions,
  ): Promise<TextIndex> {
    const resolved = readTextOptions(options);
    const parts = loadParts(images, resolved.fields.length);
    return new TextIndex(resolved, await Analyzer.of(resolved), parts);
  }

  /** Rows in the index. */
  get count(): number {
    return this.#documents.liveCount;
  }

  /** Terms in the dictionary; some may be of removed rows only. */
  get termCount(): number {
    return this.#terms.count;
  }

  /** Bytes of memory, less what JavaScript takes for a bounded cache of words. */
  get bytes(): number {
    const { offsets, docs, uses } = this.#base;
    const parts = [this.#terms, this.#documents, this.#tail, this.#docCounts, this.#scorer];
    const arrays = [offsets, docs, uses, this.#times, this.#wordTerms, this.#newTerms];
    return [...parts, ...arrays, this.#newUses].reduce(
      (sum, { byteLength }) => sum + byteLength,
      0,
    );
  }

  /**
   * Adds a row, or gives it other texts where it is there.
   *
   * @param texts one for each field, `''` where there is none
   * @throws {TextError} INVALID_ARGUMENT, CAPACITY_EXCEEDED; the index is as before
   */
  add(row: number, texts: readonly string[]): void {
    assertRow(row);
    this.#mergeWhenDue();
    const lengths = this.#collect(texts);
    const documents = this.#documents;
    const more = this.#newTerms.length;
    if (this.#base.docs.length + this.#tail.length + more > MAX_POSTINGS) {
      const message = `an index holds ${MAX_POSTINGS} postings at most; divide the rows`;
      throw new TextError(TextErrorCode.capacityExceeded, message, { row });
    }
    documents.reserve(row);
    this.#tail.reserve(this.#terms.count, more);
    this.#docCounts.extend(this.#terms.count);
    this.#changes++;
    this.#kill(row);
    const doc = documents.add(row, lengths);
    for (let i = 0; i < more; i++) {
      const term = this.#newTerms.values[i];
      if (this.#tail.newestDoc(term) !== doc) this.#docCounts.values[term]++;
      this.#tail.push(term, doc, this.#newUses.values[i]);
    }
  }

  /**
   * Removes a row; nothing happens where it is not there.
   *
   * @throws {TextError} INVALID_ARGUMENT
   */
  remove(row: number): void {
    assertRow(row);
    this.#mergeWhenDue();
    this.#kill(row);
  }

  /** Whether the row is in the index. */
  has(row: number): boolean {
    return isRow(row) && this.#documents.docOf(row) >= 0;
  }

  /**
   * Whether a row is in the index with these texts.
   *
   * @throws {TextError} INVALID_ARGUMENT
   */
  holds(row: number, texts: readonly string[]): boolean {
    if (!this.#isMerged) atOnce(this.#merge());
    const lengths = this.#collect(texts);
    const doc = isRow(row) ? this.#documents.docOf(row) : -1;
    if (doc < 0) return false;
    const { fieldCount } = this.#documents;
    const kept = this.#documents.lengths.values;
    if (lengths.some((length, field) => kept[doc * fieldCount + field] !== length)) return false;
    const uses = this.#newUses.view();
    return uses.every((use, i) => hasPosting(this.#base, this.#newTerms.values[i], { doc, use }));
  }

  /**
   * The `k` rows that score most for a query, of those that have at least one of its terms.
   *
   * @param query of which the first 4,096 UTF-16 units count
   * @throws {TextError} INVALID_ARGUMENT
   */
  search(query: string, k: number, options: TextSearchOptions = {}): Ranking {
    assertQuery(query);
    assertCount(k);
    const { accept } = options;
    assertAccept(accept);
    const scorer = this.#scorer;
    try {
      this.#score(query, k, accept);
      const { touched, scores } = scorer;
      const rows = this.#documents.rows.values;
      const top = new TopRows(Math.min(k, touched.length));
      for (let i = 0; i < touched.length; i++) top.offer(rows[touched[i]], scores[touched[i]]);
      return top.finish();
    } finally {
      scorer.end();
    }
  }

  /**
   * What these rows score for a query: what `search` gives them, and 0 where nothing matches.
   *
   * @param query as for `search`
   * @param rows an array or a typed array
   * @throws {TextError} INVALID_ARGUMENT
   */
  score(query: string, rows: ArrayLike<number>): Float64Array {
    assertQuery(query);
    assertRows(rows);
    const docs = Int32Array.from(rows, (row: unknown) =>
      isRow(row) ? this.#documents.docOf(row) : -1,
    );
    const asked = new Set(docs);
    asked.delete(-1);
    try {
      this.#scorer.runOf(this.#postings(), this.#termsOf(query), asked);
      const { scores } = this.#scorer;
      return Float64Array.from(docs, (doc) => (doc === -1 ? 0 : scores[doc]));
    } finally {
      this.#scorer.end();
    }
  }

  /** The index as it is now. What is done to the index later does not change it. */
  images(): Readonly<Record<string, Image>> {
    if (!this.#isMerged) atOnce(this.#merge());
    return imagesOf(this.#parts());
  }

  /**
   * Brings what was added and removed to its place when it is time, so that no `add` or `remove`
   * has to: with turns for others in between. Searches go on meanwhile. Where rows are added or
   * removed, or something else merges, before it has ended, it has done nothing.
   *
   * @param rest is called every some tenths of a millisecond; gives others a turn when it is time
   * @param always whether it is time now, however little there is: `images` are short then
   */
  async tidy(rest: () => Promise<void>, always = false): Promise<void> {
    if (always ? this.#isMerged : !this.#mergeIsDue(1)) return;
    const before = this.#changes;
    const steps = this.#merge();
    while (!steps.next().done) {
      await rest();
      if (this.#changes !== before) return;
    }
  }

  /** What is wrong with the index; nothing where it is as it should be. */
  verify(): string[] {
    atOnce(this.#merge());
    return verifyParts(this.#parts());
  }

  #parts(): Parts {
    return { terms: this.#terms, documents: this.#documents, base: this.#base };
  }

  /** Lists the postings of a row that is to be added; its lengths. */
  #collect(texts: readonly string[]): Uint32Array {
    const fieldCount = this.options.fields.length;
    assertTexts(texts, fieldCount);
    this.#newTerms.length = 0;
    this.#newUses.length = 0;
    const lengths = new Uint32Array(fieldCount);
    // From the last field to the first: chains of the tail are walked from what was added last.
    for (let field = fieldCount - 1; field >= 0; field--) {
      lengths[field] = this.#collectField(texts[field], field);
    }
    return lengths;
  }

  /** Lists the postings of one field; its terms. */
  #collectField(text: string, field: number): number {
    const first = this.#newTerms.length;
    const words = this.#analyzer.wordsOf(text);
    const terms = this.#wordTerms;
    terms.length = 0;
    terms.reserve(words.length);
    for (let i = 0; i < words.length; i++) {
      const term = this.#intern(words[i]);
      if (term !== NO_TERM) terms.push(term);
    }
    // Whatever can fail comes before the first count: what is not zeroed again is never listed.
    this.#times.extend(this.#terms.count);
    this.#newTerms.reserve(first + terms.length);
    this.#newUses.reserve(first + terms.length);
    const times = this.#times.values;
    for (let i = 0; i < terms.length; i++) {
      const term = terms.values[i];
      if (times[term]++ === 0) this.#newTerms.push(term);
    }
    for (let i = first; i < this.#newTerms.length; i++) {
      const term = this.#newTerms.values[i];
      this.#newUses.push((Math.min(MAX_TIMES, times[term]) << FIELD_BITS) | field);
      times[term] = 0;
    }
    return terms.length;
  }

  /** The term of a word of a document. */
  #intern(word: string): number {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const text = this.#analyzer.termOf(word);
    const term = text === '' ? NO_TERM : this.#terms.intern(text);
    if (word.length <= MAX_KNOWN_UNITS) {
      if (this.#known.size === MAX_KNOWN_WORDS) this.#known.clear();
      this.#known.set(word, term);
    }
    return term;
  }

  /** Leaves scores in the scorer; those of the `k` best are whole. */
  #score(query: string, k: number, accept: Uint32Array | undefined): void {
    this.#scorer.run(this.#postings(), this.#termsOf(query), k, accept);
  }

  #postings(): Postings {
    return { documents: this.#documents, base: this.#base, tail: this.#tail };
  }

  /** The terms of a query that any document has, each once, in the order of the query. */
  #termsOf(query: string): QueryTerm[] {
    const times = new Map<number, number>();
    for (const word of this.#analyzer.wordsOf(query.slice(0, MAX_QUERY_UNITS))) {
      const text = this.#analyzer.termOf(word);
      const term = text === '' ? NO_TERM : this.#terms.find(text);
      if (term !== NO_TERM) times.set(term, (times.get(term) ?? 0) + 1);
    }
    const terms = Array.from(times, ([term, count]) => {
      return { term, times: count, docCount: this.#liveDocCount(term) };
    });
    return terms.filter(({ docCount }) => docCount > 0);
  }

  #liveDocCount(term: number): number {
    const count = term < this.#docCounts.length ? this.#docCounts.values[term] : 0;
    if (this.#documents.deadCount === 0 || count === 0) return count;
    let dead = this.#deadCounts.get(term);
    if (dead === undefined) {
      dead = this.#countDead(term);
      this.#deadCounts.set(term, dead);
    }
    return count - dead;
  }

  #countDead(term: number): number {
    const rows = this.#documents.rows.values;
    let count = 0;
    const { offsets, docs } = this.#base;
    if (term + 1 < offsets.length) {
      let last = -1;
      for (let at = offsets[term]; at < offsets[term + 1]; at++) {
        if (docs[at] !== last && rows[docs[at]] === DEAD) count++;
        last = docs[at];
      }
    }
    if (term >= this.#tail.heads.length) return count;
    const newer = this.#tail.docs.values;
    const previous = this.#tail.previous.values;
    let last = -1;
    for (let at = this.#tail.heads.values[term]; at !== 0; at = previous[at - 1]) {
      if (newer[at - 1] !== last && rows[newer[at - 1]] === DEAD) count++;
      last = newer[at - 1];
    }
    return count;
  }

  #kill(row: number): void {
    const doc = this.#documents.docOf(row);
    if (doc < 0) return;
    this.#changes++;
    this.#documents.kill(doc);
    this.#deadCounts.clear();
  }

  /**
   * Merges after so many changes that each has cost a constant time for it. Comes before the next
   * change, so that nothing has changed where there is no memory for it.
   */
  #mergeWhenDue(): void {
    if (this.#mergeIsDue(PATIENCE)) atOnce(this.#merge());
  }

  /** Whether there are so many new postings or dead documents, or so many times as many. */
  #mergeIsDue(times: number): boolean {
    const { deadCount, liveCount } = this.#documents;
    const isLong =
      this.#tail.length > times * Math.max(FEWEST_TO_MERGE, this.#base.docs.length / 4);
    return isLong || deadCount > times * Math.max(FEWEST_TO_MERGE, liveCount / 2);
  }

  get #isMerged(): boolean {
    return this.#tail.length === 0 && this.#documents.deadCount === 0;
  }

  /** Brings the tail into the base and drops what is dead. Nothing may change between its steps. */
  *#merge(): Steps<void> {
    const { documents, numbers } = yield* this.#documents.compact();
    const merged = yield* merge(this.#base, this.#tail, numbers);
    const dense = yield* dropUnused(this.#terms, merged);
    const tail = new Tail();
    const docCounts = yield* countDocs(dense.base); // the last that can fail
    this.#changes++;
    if (dense.terms !== this.#terms) this.#known.clear();
    this.#terms = dense.terms;
    this.#base = dense.base;
    this.#documents = documents;
    this.#tail = tail;
    this.#deadCounts.clear();
    this.#docCounts = docCounts;
  }
}
