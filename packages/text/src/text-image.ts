// What an index is in a file. An image may be forged, so everything that is later used as a number
// of something is checked here; the arrays are then used as they lie.
//
//   terms      a StringTable
//   postings   header  fields, documents
//              rows     u32 by document: its row                      live, each row once
//              lengths  u32 by document and field: terms
//              offsets  u32 by term, and the end: its first posting
//              docs     u32 by posting: document                      ascending in each term
//              uses     u16 by posting: times * 16 + field

import {
  allocateArray,
  arrayOfImage,
  GrowingArray,
  type Image,
  ImageError,
  imageNamed,
  MAX_ROW,
  numberOfImage,
  StringTable,
} from '@nigh/base';
import { Documents } from './documents.ts';
import { TextError, TextErrorCode } from './errors.ts';
import { MAX_FIELDS } from './options.ts';
import { type Base, FIELD_BITS, FIELD_MASK, MAX_TIMES } from './postings.ts';
import { RowMap } from './row-map.ts';

/** An index without tail and without dead documents. */
export interface Parts {
  readonly terms: StringTable;
  readonly documents: Documents;
  readonly base: Base;
}

export function imagesOf({ terms, documents, base }: Parts): Readonly<Record<string, Image>> {
  const { rows, lengths, fieldCount } = documents;
  const { offsets, docs, uses } = base;
  return {
    terms: terms.image(),
    postings: {
      header: { fields: fieldCount, documents: rows.length },
      // Rows are marked when they are removed; everything else is only ever appended to.
      arrays: { rows: rows.copy(), lengths: lengths.view(), offsets, docs, uses },
    },
  };
}

/** @throws {TextError} TEXT_CORRUPT */
export function loadParts(images: Readonly<Record<string, Image>>, fieldCount: number): Parts {
  try {
    return readParts(images, fieldCount);
  } catch (cause) {
    if (!(cause instanceof ImageError)) throw cause;
    const message = `the image of a text index is damaged: ${cause.message}; index the texts anew`;
    throw new TextError(TextErrorCode.textCorrupt, message, {}, cause);
  }
}

function readParts(images: Readonly<Record<string, Image>>, fieldCount: number): Parts {
  const terms = StringTable.load(imageNamed(images, 'terms'));
  const image = imageNamed(images, 'postings');
  const fields = numberOfImage(image, 'fields', [1, MAX_FIELDS]);
  if (fields !== fieldCount) throw new ImageError(`${fields} fields, not ${fieldCount}`);
  const count = numberOfImage(image, 'documents', [0, 2 ** 32 - 1]);
  const rows = arrayOfImage(image, 'rows', 'uint32', count);
  const lengths = arrayOfImage(image, 'lengths', 'uint32', count * fieldCount);
  const docs = arrayOfImage(image, 'docs', 'uint32');
  const base: Base = {
    offsets: arrayOfImage(image, 'offsets', 'uint32'),
    docs,
    uses: arrayOfImage(image, 'uses', 'uint16', docs.length),
  };
  if (base.offsets.length > terms.count + 1) {
    throw new ImageError(`postings of ${base.offsets.length - 1} terms, not ${terms.count}`);
  }
  assertRows(rows);
  assertPostings(base, { count, fieldCount, lengths });
  const own = allocateArray('uint32', count);
  own.set(rows);
  const growing = GrowingArray.over('uint32', own);
  const documents = new Documents(fieldCount, growing, GrowingArray.over('uint32', lengths));
  return { terms, documents, base };
}

function assertRows(rows: Uint32Array): void {
  const seen = new RowMap();
  for (let doc = 0; doc < rows.length; doc++) {
    const row = rows[doc];
    if (row > MAX_ROW) throw new ImageError(`document ${doc} has row ${row}`);
    if (seen.get(row) >= 0) throw new ImageError(`row ${row} is there twice`);
    seen.set(row, doc);
  }
}

interface Room {
  readonly count: number;
  readonly fieldCount: number;
  readonly lengths: Uint32Array;
}

function assertPostings(base: Base, { count, fieldCount, lengths }: Room): void {
  const { offsets, docs, uses } = base;
  if (offsets[0] !== 0) throw new ImageError('postings do not begin at 0');
  const sums = new Float64Array(lengths.length);
  const isCapped = new Uint8Array(lengths.length);
  for (let term = 0; term + 1 < offsets.length; term++) {
    const end = offsets[term + 1];
    if (end < offsets[term] || end > docs.length) {
      throw new ImageError(`postings of term ${term} end at ${end}`);
    }
    let last = -1;
    for (let at = offsets[term]; at < end; at++) {
      const field = uses[at] & FIELD_MASK;
      const place = docs[at] * fieldCount + field;
      if (docs[at] >= count || field >= fieldCount || uses[at] >>> FIELD_BITS === 0) {
        throw new ImageError(`posting ${at} is of document ${docs[at]}, use ${uses[at]}`);
      }
      if (place <= last) throw new ImageError(`posting ${at} comes before the one before it`);
      last = place;
      sums[place] += uses[at] >>> FIELD_BITS;
      if (uses[at] >>> FIELD_BITS === MAX_TIMES) isCapped[place] = 1;
    }
  }
  if (offsets[offsets.length - 1] !== docs.length) {
    throw new ImageError(`${docs.length} postings, not ${offsets[offsets.length - 1]}`);
  }
  for (let i = 0; i < sums.length; i++) {
    if (sums[i] === lengths[i] || (sums[i] < lengths[i] && isCapped[i] === 1)) continue;
    throw new ImageError(`length ${i} is ${lengths[i]}, its terms are ${sums[i]}`);
  }
}

/** What is wrong with an index. */
export function verifyParts({ terms, documents, base }: Parts): string[] {
  const problems: string[] = [];
  const { rows, lengths, fieldCount } = documents;
  const view = { count: rows.length, fieldCount, lengths: lengths.view() };
  for (const check of [() => assertRows(rows.view()), () => assertPostings(base, view)]) {
    try {
      check();
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  problems.push(...terms.verify());
  for (let doc = 0; doc < rows.length; doc++) {
    if (documents.docOf(rows.values[doc]) !== doc) problems.push(`document ${doc} is not found`);
  }
  return problems;
}
