// What checksums cannot see: a file made to mislead. Every part of a segment is checked as soon as
// it and what it builds on have been read, so that this thread has work while the rest is read and
// finds its numbers in the cache. What is found is told at the end: damage that a checksum sees is
// told as such.

import * as F from '../hot/fields.ts';
import { componentLimit } from '../input/ingest.ts';
import { BYTES_PER_WORD, type RegionName, SAVED_REGIONS, wholeRows } from '../memory/layout.ts';
import type { Segment } from '../segments/segment.ts';
import { SegmentVerifier } from '../verify/verify.ts';
import { corrupt } from './format.ts';

/** A unit vector has no larger component, however it was rounded. */
const MAX_UNIT_COMPONENT = 1.001;
/** All set in a float16 that is infinite or not a number. */
const HALF_EXPONENT = 0x7c00;

/** The contents of one segment, checked in the order in which its regions lie in the file. */
export class ContentCheck {
  readonly #path: string;
  readonly #segment: Segment;
  readonly #verifier: SegmentVerifier;
  readonly #halved: boolean;
  /** Slots, or nodes, of the region being read that were checked. */
  #done = 0;
  #badVector: { readonly node: number; readonly what: string } | undefined;

  /** @param blocks two scratch blocks that nobody else uses until the last region is closed */
  constructor(path: string, segment: Segment, blocks: readonly number[]) {
    this.#halved = segment.stored?.place.kind === 'float16';
    this.#path = path;
    this.#segment = segment;
    this.#verifier = new SegmentVerifier(segment, blocks);
  }

  /** Checks what has become whole now that `byteLength` bytes of region `name` are there. */
  take(name: RegionName, byteLength: number): void {
    const { codeWords, rowWords, vectorWords } = this.#segment.layout;
    if (name === 'codes') this.#advance(byteLength, codeWords, this.#checkCodes);
    else if (name === 'rows') this.#advance(byteLength, rowWords, this.#checkRows);
    else if (name === 'vectors') this.#advance(byteLength, vectorWords, this.#checkVectors);
  }

  /** Checks a piece of vectors that stay in the file. */
  look(bytes: Uint8Array): void {
    const { buffer, byteOffset, length } = bytes;
    const halves = new Uint16Array(buffer, byteOffset, length / 2);
    const floats = new Float32Array(buffer, byteOffset, length / BYTES_PER_WORD);
    const sound = this.#halved
      ? halves.every((half) => (half & HALF_EXPONENT) !== HALF_EXPONENT)
      : floats.every(Number.isFinite);
    if (!sound) this.#badVector ??= { node: this.#done, what: 'or a later one is not finite' };
  }

  /**
   * Checks what could only wait for the whole of region `name`; with the last, all the rest.
   *
   * @throws {VectorIndexError} SNAPSHOT_CORRUPT
   */
  close(name: RegionName): void {
    this.#done = 0;
    if (name === 'nodes') this.#verifier.slots();
    else if (name === 'upperRows') this.#verifier.graph();
    else if (name === SAVED_REGIONS.at(-1)) this.#finish();
  }

  #finish(): void {
    const { f32s, firstNode, layout } = this.#segment;
    if (this.#badVector) {
      const node = firstNode + this.#badVector.node;
      throw corrupt(this.#path, `vector ${node} ${this.#badVector.what}`, { node });
    }
    const { dimension, metric } = layout;
    const limit = metric === 'cosine' ? MAX_UNIT_COMPONENT : componentLimit(dimension, metric);
    for (const name of ['means', 'rotation', 'centroids'] as const) {
      const { word, words } = layout.regions[name];
      const most = name === 'rotation' ? 1 : limit;
      if (f32s.subarray(word, word + words).every((value) => Math.abs(value) <= most)) continue;
      const message = `region ${name} has a number that is not finite, or beyond all vectors`;
      throw corrupt(this.#path, message, { region: name });
    }
    const [problem] = this.#verifier.finish();
    if (!problem) return;
    const { kind, node, message } = problem;
    throw corrupt(this.#path, message, { problem: kind, node });
  }

  /** Checks the rows of `words` words that lie whole in the first `byteLength` bytes. */
  #advance(
    byteLength: number,
    words: number,
    check: (this: ContentCheck, first: number, end: number) => void,
  ): void {
    const end = wholeRows(byteLength, words);
    if (end > this.#done) check.call(this, this.#done, end);
    this.#done = end;
  }

  #checkCodes(first: number, end: number): void {
    this.#verifier.codes(first, end);
  }

  #checkRows(first: number, end: number): void {
    this.#verifier.rows(first, end);
  }

  #checkVectors(first: number, end: number): void {
    if (this.#badVector) return;
    const { hot, layout } = this.#segment;
    const { dimension, metric, vectors } = layout;
    const limit = componentLimit(dimension, metric, vectors);
    const invalid = hot.findInvalid(first, end, limit, -1);
    const unit = metric === 'cosine' && vectors === 'float32';
    const other = unit ? hot.findNonUnit(first, end) : F.NONE;
    if (invalid >= 0) this.#badVector = { node: invalid, what: 'is not finite' };
    else if (other >= 0) this.#badVector = { node: other, what: 'has no unit length' };
  }
}
