/** The contract of a search of texts, ours included: texts in, the best documents out. */

/** A text with a title; the id of each is its number. */
export interface TitledText {
  readonly title: string;
  readonly text: string;
}

export interface SearchedTexts {
  /** Ids of the best `k`, the best first. */
  search(query: string, k: number): Promise<readonly number[]>;
  close(): Promise<void>;
}

export interface TextsAdapter {
  /** As it appears in tables. */
  readonly name: string;
  readonly version: string;
  /** What a reader should know about how it was called. */
  readonly note: string;
  /** The function returned is what an import is timed by. */
  prepareImport(texts: readonly TitledText[]): () => Promise<SearchedTexts>;
}
