// What a search is asked for, checked.

import { assertBoolean, assertInteger, assertOptions, assertString } from '@nigh/base';
import type { SearchOptions as IndexSearchOptions, Query } from '@nigh/core';
import type { Filter } from '@nigh/filter';
import {
  CollectionError,
  CollectionErrorCode,
  noVectorsError,
  optionCheck,
  optionError,
} from '../errors.ts';
import { encodeKey, type Key, type KeyText } from '../key.ts';
import type { Schema } from '../schema.ts';
import { type Fusion, type FusionOption, readFusion } from './fusion.ts';

/** What to look for: at least one of `vector`, `like` and `text`; not both of the first two. */
export interface SearchOptions {
  /** What the documents should be near to: a vector, or ... */
  readonly vector?: Query;
  /** ... the vector of this document, which is left out itself. */
  readonly like?: Key;
  /** What their texts should be about. With a vector too, both rankings become one. */
  readonly text?: string;
  /** Results. Fewer only when fewer match. Default 10. */
  readonly k?: number;
  /** Which documents may be found: conditions on fields, as MongoDB writes them, or a builder's. */
  readonly filter?: Filter;
  /** How two rankings become one: 'rrf' (default) or 'convex', or with their settings. */
  readonly fusion?: FusionOption;
  /** Documents taken from either ranking. At least k; default the larger of 50 and 4 k. */
  readonly candidates?: number;
  /** Beam width of the search among vectors: more finds more and takes longer. Default 64. */
  readonly efSearch?: number;
  /** Instead of efSearch: the share of the true neighbors to find. */
  readonly recall?: number;
  /** Measure every vector. */
  readonly exact?: boolean;
  /** Return the vectors too. */
  readonly vectors?: boolean;
  /** Return the texts too. */
  readonly texts?: boolean;
}

/** A search, checked. */
export interface SearchRequest {
  readonly vector?: Query;
  readonly like?: KeyText;
  readonly text?: string;
  readonly k: number;
  readonly filter: unknown;
  readonly fusion: Fusion;
  readonly candidates: number;
  readonly effort: Pick<IndexSearchOptions, 'efSearch' | 'recall' | 'exact'>;
  readonly vectors: boolean;
  readonly texts: boolean;
}

const NAMES: readonly (keyof SearchOptions)[] = [
  ...(['vector', 'like', 'text', 'k', 'filter', 'fusion', 'candidates'] as const),
  ...(['efSearch', 'recall', 'exact', 'vectors', 'texts'] as const),
];
const DEFAULT_K = 10;
const MAX_K: number = 2 ** 31 - 1;
const MAX_CANDIDATES = 4096;
const MIN_CANDIDATES = 50;
const CANDIDATES_PER_RESULT = 4;

/** Refuses what the collection was not made for. */
function assertSearchable(given: SearchOptions, schema: Schema): void {
  const byVector = given.vector !== undefined || given.like !== undefined;
  if (byVector && !schema.vector) {
    throw noVectorsError('search by text');
  }
  if (given.text !== undefined && !schema.text) {
    throw new CollectionError(
      CollectionErrorCode.noText,
      'this collection was made without text; search by vector, or make one with `text`',
    );
  }
  if (given.vector !== undefined && given.like !== undefined) {
    throw optionError('vector and like are two ways to say near to what; give one of them', {
      name: 'like',
    });
  }
  if (byVector || given.text !== undefined) return;
  throw optionError(
    'search needs a vector, a document to be like, or a text; to list documents, iterate over ' +
      'documents({ filter })',
    { name: 'vector' },
  );
}

/** @throws {CollectionError} INVALID_OPTION, INVALID_KEY, NO_VECTORS, NO_TEXT */
export function readSearch(options: unknown, schema: Schema): SearchRequest {
  const given: SearchOptions = { ...assertOptions(options, NAMES, optionCheck('search options')) };
  assertSearchable(given, schema);
  const { vector, like, text, efSearch, recall, exact } = given;
  const k = assertInteger(given.k ?? DEFAULT_K, [1, MAX_K], optionCheck('k'));
  const usual = Math.min(MAX_CANDIDATES, Math.max(MIN_CANDIDATES, CANDIDATES_PER_RESULT * k));
  const candidates = assertInteger(
    given.candidates ?? usual,
    [1, MAX_K],
    optionCheck('candidates'),
  );
  return {
    ...(vector !== undefined && { vector }),
    ...(like !== undefined && { like: encodeKey(like) }),
    ...(text !== undefined && { text: assertString(text, optionCheck('text')) }),
    ...{ k, filter: given.filter, fusion: readFusion(given.fusion) },
    candidates: Math.max(k, candidates),
    effort: {
      ...(efSearch !== undefined && { efSearch }),
      ...(recall !== undefined && { recall }),
      ...(exact !== undefined && { exact }),
    },
    vectors: assertBoolean(given.vectors ?? false, optionCheck('vectors')),
    texts: assertBoolean(given.texts ?? false, optionCheck('texts')),
  };
}
