// What a collection holds in memory: the vector index, and by row the keys, documents, columns and
// postings of its documents. All of a document changes in one turn of the event loop, so that no
// search sees half of it. Nothing here knows of files; the same writes in the same order lead to
// the same contents, which is what recovery rests on.

import { hasBit, type Image, ownValue } from '@nigh/base';
import { VectorIndex, type WorkOptions } from '@nigh/core';
import { Columns, type Metadata } from '@nigh/filter';
import { TextIndex } from '@nigh/text';
import type { Batch, Patches } from '../document.ts';
import type { KeyText } from '../key.ts';
import { patchMetadata } from '../metadata.ts';
import { OWN_TEXT, type Schema, textNames } from '../schema.ts';
import { Slices } from '../slices.ts';
import { warn } from '../warn.ts';
import { DocumentTable } from './document-table.ts';
import { encodeDocuments } from './encode-documents.ts';
import { KeyTable } from './key-table.ts';
import { pickRows } from './pick-rows.ts';

/** Options of a run: nothing of them is kept. */
export interface RunOptions {
  /** Threads that build the vector index; 1 never starts a worker. Default: all cores. */
  readonly threads?: number;
}

/** The contents at one moment, while writing goes on. `index` wants to be closed. */
export interface FrozenContents {
  readonly index?: VectorIndex;
  readonly tables: Readonly<Record<string, Image>>;
  readonly text?: Readonly<Record<string, Image>>;
}

/** The parts of the contents. */
export interface Parts {
  readonly keys: KeyTable;
  readonly documents: DocumentTable;
  readonly columns: Columns;
  readonly index?: VectorIndex;
  readonly text?: TextIndex;
}

/** Rows of a batch that change in one turn at most. */
const ROWS_PER_TURN = 256;

/** Deleted rows, and bytes of deleted and replaced documents, that are always let be. */
const SPARE_ROWS = 65_536;
const SPARE_BYTES: number = 64 * 2 ** 20;

/** One document, whose bytes were written. */
interface Written {
  readonly metadata: Metadata;
  readonly text: string | undefined;
  readonly start: number;
  readonly length: number;
  readonly textLength: number;
}

export class Contents {
  readonly schema: Schema;
  readonly keys: KeyTable;
  readonly documents: DocumentTable;
  readonly columns: Columns;
  readonly text: TextIndex | undefined;
  readonly #textNames: readonly string[];
  /** Of all changes: many small ones in a row are long work too. */
  readonly #slices = new Slices();
  #index: VectorIndex | undefined;
  /** The row of the next document, where no index gives it. */
  #nextRow: number;

  constructor(schema: Schema, { keys, documents, columns, index, text }: Parts) {
    this.schema = schema;
    this.keys = keys;
    this.documents = documents;
    this.columns = columns;
    this.text = text;
    this.#textNames = textNames(schema);
    this.#index = index;
    this.#nextRow = keys.end;
  }

  /** Contents of nothing yet. */
  static async create(schema: Schema, run: RunOptions): Promise<Contents> {
    const { vector } = schema;
    return Contents.over(schema, vector && VectorIndex.create({ ...vector, ...run }));
  }

  /** Contents without documents; those of the vectors of `index` are to be adopted. */
  static async over(schema: Schema, index: VectorIndex | undefined): Promise<Contents> {
    const { fields, text } = schema;
    return new Contents(schema, {
      keys: new KeyTable(),
      documents: new DocumentTable(),
      columns: Columns.create(fields),
      ...(index && { index }),
      ...(text && { text: await TextIndex.create(text) }),
    });
  }

  get index(): VectorIndex | undefined {
    return this.#index;
  }

  get count(): number {
    return this.keys.count;
  }

  /** The row of the next document. */
  get nextRow(): number {
    return this.#index?.nextNode ?? this.#nextRow;
  }

  /** Whether deleted and replaced documents take more than those that are there. */
  get isMostlyGarbage(): boolean {
    const { usedBytes, writtenBytes } = this.documents;
    const spareRows = this.nextRow - this.count;
    return spareRows > this.count + SPARE_ROWS || writtenBytes > 2 * usedBytes + SPARE_BYTES;
  }

  /** Of an empty collection, an index with room for `capacity` vectors. */
  async makeRoom(capacity: number, run: RunOptions): Promise<void> {
    const { vector } = this.schema;
    const index = this.#index;
    if (!vector || !index || index.nextNode > 0 || capacity <= index.available) return;
    this.#index = VectorIndex.create({ ...vector, ...run, capacity });
    await index.close();
  }

  /** Between two changes: others have their turn, and so have postings that want to be merged. */
  async rest(): Promise<void> {
    await this.#slices.rest();
    await this.text?.tidy(() => this.#slices.rest());
  }

  /** Writes documents, those whose key is there in the place of the old ones. */
  async write(batch: Batch): Promise<void> {
    const { length } = batch.keys;
    for (let first = 0; first < length; first += ROWS_PER_TURN) {
      await this.rest();
      await this.#writeSome(batch, first, Math.min(length, first + ROWS_PER_TURN));
    }
  }

  /** Changes the metadata of documents that are there; others are passed over. */
  async patch(patches: Patches): Promise<void> {
    for (const [i, [key, patch]] of patches.entries()) {
      if (i % ROWS_PER_TURN === 0) await this.rest();
      const row = this.keys.rowOf(key);
      if (row === -1) continue;
      const metadata = patchMetadata(this.documents.metadata(row), patch);
      const text = this.documents.text(row);
      const { bytes, textLengths } = encodeDocuments([metadata], [text]);
      const [start, textLength] = [this.documents.append(bytes), textLengths[0] as number];
      this.#writeDocument(row, { metadata, text, start, length: bytes.length, textLength });
    }
  }

  /** Deletes documents; how many there were. */
  async remove(keys: readonly KeyText[]): Promise<number> {
    let count = 0;
    for (let first = 0; first < keys.length; first += ROWS_PER_TURN) {
      await this.rest();
      count += this.#removeSome(keys.slice(first, first + ROWS_PER_TURN));
    }
    return count;
  }

  #removeSome(keys: readonly KeyText[]): number {
    const rows = new Set(keys.map((key) => this.keys.rowOf(key)));
    rows.delete(-1);
    if (rows.size > 0) this.#index?.remove([...rows]);
    for (const row of rows) {
      this.keys.remove(row);
      this.columns.remove(row);
      this.text?.remove(row);
      this.documents.remove(row);
    }
    return rows.size;
  }

  /** What contradicts the document of a row in what is searched. */
  contradictions(row: number): string[] {
    const metadata = this.documents.metadata(row);
    const texts = this.#textsOf(metadata, this.documents.text(row));
    return [
      ...(this.columns.holds(row, metadata) ? [] : [`the columns of row ${row} say other than it`]),
      ...(this.text?.holds(row, texts) === false ? [`row ${row} is found by other words`] : []),
    ];
  }

  /** The keys of the rows of a set, in the order of the rows. */
  keysOf(bits: Uint32Array): KeyText[] {
    const keys: KeyText[] = [];
    for (const row of this.keys.rows()) if (hasBit(bits, row)) keys.push(this.keys.keyOf(row));
    return keys;
  }

  /** Takes over a document of other contents whose vector is here as row `row`. */
  adopt(row: number, from: Contents, fromRow: number): void {
    const { documents } = from;
    this.keys.set(from.keys.keyOf(fromRow), row);
    const [metadata, text] = [documents.metadata(fromRow), documents.text(fromRow)];
    const bytes = documents.bytes(fromRow);
    const start = this.documents.append(bytes);
    const textLength = documents.textLength(fromRow);
    this.#writeDocument(row, { metadata, text, start, length: bytes.length, textLength });
    this.#nextRow = row + 1;
  }

  /** Links what is found by scanning so far. A thread that failed is no failed write. */
  async link(options: WorkOptions = {}): Promise<void> {
    try {
      await this.#index?.link(options);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      // Closed, or compacted: whoever opens it, or has compacted it, links anew.
      if ((error as { code?: unknown }).code === 'CLOSED') return;
      warn(`vectors are found by scanning until the next write: ${String(error)}`, 'NOT_LINKED');
    }
  }

  /** The contents as they are when the writes of the index that were asked for have ended. */
  async freeze(): Promise<FrozenContents> {
    const { keys, columns, documents, text } = this;
    await text?.tidy(() => this.#slices.rest(), true); // its images are short then
    const tables = { ...keys.images(), ...columns.images(), documents: documents.image() };
    const images = { tables, ...(text && { text: text.images() }) };
    const index = await this.#index?.snapshot(); // last: nobody else would close it
    return { ...images, ...(index && { index }) };
  }

  async close(): Promise<void> {
    await this.#index?.close();
  }

  /** The documents [first, end) of a batch, in one turn. */
  async #writeSome(batch: Batch, first: number, end: number): Promise<void> {
    const start = this.nextRow;
    const rows: number[] = [];
    const added: number[] = []; // by number in the batch, as the next ones
    const updated: number[] = [];
    for (let i = first; i < end; i++) {
      const row = this.keys.rowOf(batch.keys[i] as KeyText);
      if (row === -1) {
        rows.push(start + added.push(i) - 1);
      } else {
        rows.push(row);
        updated.push(i);
      }
    }
    // The index copies before it returns its promises. They are awaited when all is in.
    const writing = this.#writeVectors(batch, added, [
      updated,
      updated.map((i) => rows[i - first] as number),
    ]);
    writing.catch(() => undefined); // what follows may throw first
    for (const i of added) this.keys.set(batch.keys[i] as KeyText, rows[i - first] as number);
    this.#nextRow = start + added.length;
    const from = batch.starts[first] as number;
    const bytes = batch.bytes.subarray(from, batch.starts[end]);
    const offset = this.documents.append(bytes) - from;
    for (let i = first; i < end; i++) {
      const at = batch.starts[i] as number;
      this.#writeDocument(rows[i - first] as number, {
        metadata: batch.metadata[i] as Metadata,
        text: batch.texts[i],
        start: offset + at,
        length: (batch.starts[i + 1] as number) - at,
        textLength: batch.textLengths[i] as number,
      });
    }
    await writing;
  }

  async #writeVectors(
    { vectors }: Batch,
    added: readonly number[],
    [updated, rows]: readonly [numbers: readonly number[], rows: readonly number[]],
  ): Promise<void> {
    const index = this.#index;
    if (!index || !vectors) return;
    await Promise.all([
      updated.length > 0 &&
        index.update(rows, pickRows(vectors, updated, index.dimension), { link: false }),
      added.length > 0 && index.add(pickRows(vectors, added, index.dimension), { link: false }),
    ]);
  }

  #writeDocument(row: number, document: Written): void {
    const { metadata, text, start, length, textLength } = document;
    this.documents.set(row, { start, length, textLength });
    this.columns.set(row, metadata);
    this.text?.add(row, this.#textsOf(metadata, text));
  }

  /** What is searched of a document, field by field. */
  #textsOf(metadata: Metadata, text: string | undefined): string[] {
    return this.#textNames.map((name) => {
      return name === OWN_TEXT ? (text ?? '') : asText(metadata, name);
    });
  }
}

/** A field of metadata as it is searched: text, or texts one after another. */
function asText(metadata: Metadata, name: string): string {
  const value = ownValue(metadata, name);
  return Array.isArray(value) ? value.join('\n') : ((value as string | null | undefined) ?? '');
}
