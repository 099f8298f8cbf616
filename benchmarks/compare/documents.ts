/**
 * The contract of a store of documents: vectors with metadata that are written into a folder and
 * searched, ours included. Converting into the form a library takes happens in `prepareImport`,
 * outside the timed call.
 */

/** Documents by columns; the id of each is its number. */
export interface Documents {
  readonly count: number;
  readonly dimension: number;
  /** Flat, of unit length. */
  readonly vectors: Float32Array;
  readonly titles: readonly string[];
  readonly years: readonly number[];
  readonly genres: readonly (readonly string[])[];
}

export interface ImportSettings {
  /** A path that is not there yet, in a folder that is. */
  readonly folder: string;
  /** Of the graph; left out for the library's own defaults. */
  readonly graph?: { readonly M: number; readonly efConstruction: number };
}

export interface ImportedDocuments {
  /** Ids of the `k` nearest by cosine, with the library's default settings. */
  search(query: Float32Array, k: number): Promise<readonly number[]>;
  close(): Promise<void>;
}

export interface DocumentsAdapter {
  /** As it appears in tables. */
  readonly name: string;
  readonly version: string;
  /** What a reader should know about how it was called. */
  readonly note: string;
  /** The function returned is what an import is timed by: from documents to a finished index. */
  prepareImport(documents: Documents, settings: ImportSettings): () => Promise<ImportedDocuments>;
}
