// Documents as callers give and get them, and as they are on their way in.

import type { Query, Vectors } from '@nigh/core';
import type { Metadata } from '@nigh/filter';
import type { Key, KeyText } from './key.ts';

/** A document to be written. */
export interface DocumentInput<M = Metadata> {
  /** 1 to 1,024 UTF-16 units of text, or an integer; 1 and '1' are two keys. */
  readonly key: Key;
  /** Needed where the collection has vectors, refused where it has none. */
  readonly vector?: Query;
  /** Plain JSON values, at most 64 levels deep; Dates in fields declared as dates. */
  readonly metadata?: M;
  /** Text without halves of surrogate pairs. */
  readonly text?: string;
}

/** Many documents, by columns: the fast way to write many. */
export interface DocumentColumns<M = Metadata> {
  /** A key for each document; the other columns are as long. */
  readonly keys: readonly Key[];
  /** count * dimension numbers, or rows. */
  readonly vectors?: Vectors;
  /** As `metadata` of a document; undefined where there is none. */
  readonly metadata?: readonly (M | undefined)[];
  /** As `text` of a document; undefined where there is none. */
  readonly texts?: readonly (string | undefined)[];
}

/** A change of a document's metadata: what is given replaces, what is null goes. */
export interface MetadataUpdate<M = Metadata> {
  /** The document to change; it must be there. */
  readonly key: Key;
  /** Fields to replace, and null for those to take away; the others stay. */
  readonly metadata: { readonly [Name in keyof M]?: M[Name] | null };
}

/** A document as it is kept. */
export interface StoredDocument<M = Metadata> {
  /** The key it was written with. */
  readonly key: Key;
  /** Of unit length where the metric is cosine. */
  readonly vector?: Float32Array;
  /** As it was written; fields declared as dates are Dates. */
  readonly metadata: M;
  /** The text it was written with, if one was. */
  readonly text?: string;
}

/** Documents on their way in, checked and copied: what the log gets and the tables take. */
export interface Batch {
  readonly keys: readonly KeyText[];
  /** keys.length * dimension floats. */
  readonly vectors?: Float32Array;
  readonly metadata: readonly Metadata[];
  readonly texts: readonly (string | undefined)[];
  /** Of each document the JSON of its metadata, then its text, in UTF-8. */
  readonly bytes: Uint8Array;
  /** Where in `bytes` each document begins, and behind the last one where they end. */
  readonly starts: Float64Array;
  /** Bytes of the text of each document; ABSENT where it has none. */
  readonly textLengths: Uint32Array;
}

/** Changes of metadata on their way in, in their order: like metadata, and null for what goes. */
export type Patches = readonly (readonly [key: KeyText, patch: Metadata])[];
