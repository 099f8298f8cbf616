// Looks through the pages of a column before a library decodes them: how many values they claim,
// and whether their levels and indices are so many. What a page holds is decompressed once, here.

import type { PageHeader, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';

import { damaged, unsupported } from '../flaw.ts';
import type { PageBudget } from './budget.ts';
import { checkThrift } from './check-thrift.ts';
import { decompress } from './codecs.ts';
import { type RunsPlace, walkRuns } from './runs.ts';

/** Values of a page; those of a row group are in budget.ts. */
const MOST_PAGE_VALUES: number = 2 ** 24;
/** Structs of a page's header. */
const MOST_STRUCTS = 16;

export interface ChunkFacts {
  readonly codec: string;
  /** Values, nulls with them, as the metadata has it. */
  readonly valueCount: number;
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  readonly isBoolean: boolean;
  readonly budget: PageBudget;
}

/** The pages of a column, looked through and decompressed. */
export interface Pages {
  /** Contents by the byte at which they begin where they are compressed. */
  readonly contents: Map<number, Uint8Array>;
  readonly data: CheckedPage[];
  dictionary: Dictionary;
}

export interface Dictionary {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** A page of values: where they begin, and what they are beside nulls. */
export interface CheckedPage {
  readonly bytes: Uint8Array;
  readonly valuesAt: number;
  readonly encoding: string | undefined;
  readonly count: number;
  /** Values that are not null, nor an empty list. */
  readonly present: number;
  /** Where the lists begin, of columns that have such. */
  readonly repetition: RunsPlace | undefined;
}

/** Levels that a value of a column can have. */
export function levelsOf(
  path: readonly SchemaTree[],
): Pick<ChunkFacts, 'maxDefinition' | 'maxRepetition'> {
  const kinds = path.slice(1).map(({ element }) => element.repetition_type);
  return {
    maxDefinition: kinds.filter((kind) => kind !== 'REQUIRED').length,
    maxRepetition: kinds.filter((kind) => kind === 'REPEATED').length,
  };
}

/** @throws Flaw where pages contradict themselves or the metadata. */
export function checkPages(bytes: Uint8Array<ArrayBuffer>, facts: ChunkFacts): Pages {
  const pages: Pages = {
    contents: new Map(),
    data: [],
    dictionary: { bytes: new Uint8Array(0), length: 0 },
  };
  const reader = { view: new DataView(bytes.buffer, 0, bytes.length), offset: 0 };
  let values = 0;
  // One byte at the end may be padding, as the library has it.
  while (reader.offset < bytes.length - 1) {
    checkThrift(bytes, reader.offset, MOST_STRUCTS);
    const header = parquetHeader(reader);
    const { content, length } = checkSizes(bytes, reader.offset, header);
    facts.budget.take(length);
    if (header.type === 'DICTIONARY_PAGE') {
      const count = checkCount(header.dictionary_page_header?.num_values);
      const dictionary = { bytes: decompress(facts.codec, content, length), length: count };
      pages.dictionary = dictionary;
      pages.contents.set(content.byteOffset, dictionary.bytes);
    } else {
      const page = checkData({ header, content, length }, facts, pages.contents);
      checkValues(page, facts, { dictionaryLength: pages.dictionary.length, header });
      pages.data.push(page);
      values += page.count;
    }
    reader.offset += header.compressed_page_size;
  }
  if (values !== facts.valueCount) {
    throw damaged(`its pages have ${values} values, the metadata says ${facts.valueCount}`);
  }
  return pages;
}

function checkSizes(
  bytes: Uint8Array,
  offset: number,
  { compressed_page_size, uncompressed_page_size }: PageHeader,
): { content: Uint8Array; length: number } {
  const isSize = compressed_page_size >= 0 && uncompressed_page_size >= 0;
  if (!isSize || offset + compressed_page_size > bytes.length) {
    throw damaged('a page is longer than what holds it');
  }
  const content = bytes.subarray(offset, offset + compressed_page_size);
  return { content, length: Number(uncompressed_page_size) };
}

function checkCount(count: number | undefined): number {
  if (count !== undefined && count >= 0 && count <= MOST_PAGE_VALUES) return count;
  throw damaged(`a page says that it has ${count} values`);
}

interface DataPage {
  readonly header: PageHeader;
  readonly content: Uint8Array;
  readonly length: number;
}

type Contents = Map<number, Uint8Array>;

/** Checks the levels of a page of values. */
function checkData(page: DataPage, facts: ChunkFacts, contents: Contents): CheckedPage {
  const { header, content, length } = page;
  if (header.data_page_header_v2 !== undefined && header.type === 'DATA_PAGE_V2') {
    return checkSecondVersion(page, facts, contents);
  }
  const data = header.data_page_header;
  if (data === undefined || header.type !== 'DATA_PAGE') throw damaged('a page is of no kind');
  const count = checkCount(data.num_values);
  const bytes = decompress(facts.codec, content, length);
  contents.set(content.byteOffset, bytes);
  const { maxRepetition, maxDefinition } = facts;
  let at = 0;
  const nextLevels = (most: number): RunsPlace | undefined => {
    if (most === 0) return undefined;
    const start = at + 4;
    at = start + lengthAt(bytes, at);
    return { bytes, start, end: at, width: widthOf(most) };
  };
  const repetition = nextLevels(maxRepetition);
  const definition = nextLevels(maxDefinition);
  countLevels(repetition, maxRepetition, count);
  const present = countLevels(definition, maxDefinition, count);
  return { bytes, valuesAt: at, encoding: data.encoding, count, present, repetition };
}

function lengthAt(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw damaged('its levels are cut short');
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}

function widthOf(most: number): number {
  return 32 - Math.clz32(most);
}

/** How many of the levels are the highest; none may be higher. Without levels all are. */
function countLevels(place: RunsPlace | undefined, most: number, count: number): number {
  if (place === undefined) return count;
  let found = 0;
  walkRuns(place, count, (level, times) => {
    if (level > most) throw damaged(`a level is ${level}, at most ${most} is possible`);
    if (level === most) found += times;
  });
  return found;
}

/** In version 2 levels stand before the compressed part, with their lengths in the header. */
function checkSecondVersion(
  { header, content, length }: DataPage,
  facts: ChunkFacts,
  contents: Contents,
): CheckedPage {
  const data = header.data_page_header_v2 as NonNullable<PageHeader['data_page_header_v2']>;
  const { maxRepetition, maxDefinition } = facts;
  const count = checkCount(data.num_values);
  const middle = data.repetition_levels_byte_length;
  const end = middle + data.definition_levels_byte_length;
  if (!(middle >= 0 && end >= middle && end <= content.length)) {
    throw damaged('its levels are cut short');
  }
  const levels = (start: number, stop: number, most: number): RunsPlace | undefined =>
    most === 0 ? undefined : { bytes: content, start, end: stop, width: widthOf(most) };
  const repetition = levels(0, middle, maxRepetition);
  countLevels(repetition, maxRepetition, count);
  const present = countLevels(levels(middle, end, maxDefinition), maxDefinition, count);
  if (count - present !== data.num_nulls) throw damaged('its nulls are not as many as it says');
  const rest = content.subarray(end);
  const isCompressed = data.is_compressed !== false;
  const bytes = isCompressed ? decompress(facts.codec, rest, length - end) : rest;
  contents.set(rest.byteOffset, bytes);
  return { bytes, valuesAt: 0, encoding: data.encoding, count, present, repetition };
}

/** Runs of indices or of truth values; the other encodings have no more values than bits. */
function checkValues(
  page: CheckedPage,
  facts: ChunkFacts,
  { dictionaryLength, header }: { dictionaryLength: number; header: PageHeader },
): void {
  const { bytes, valuesAt: at, encoding, present } = page;
  if (encoding === 'RLE' || encoding?.endsWith('_DICTIONARY') === true) {
    if (facts.isBoolean) {
      const end = at + 4 + lengthAt(bytes, at);
      walkRuns({ bytes, start: at + 4, end, width: 1 }, present, () => {});
      return;
    }
    if (encoding === 'RLE') throw unsupported('runs of values');
    // In version 1 an index of no bits has no runs.
    const isBare = header.type === 'DATA_PAGE' && bytes[at] === 0;
    checkIndices(page, dictionaryLength, isBare);
  } else if (encoding === 'PLAIN' || encoding === 'BYTE_STREAM_SPLIT') {
    if (present > 8 * (bytes.length - at)) throw damaged('its values are cut short');
  }
}

function checkIndices(page: CheckedPage, most: number, isBare: boolean): void {
  const { present } = page;
  if (present === 0) return;
  if (most === 0) throw damaged('its dictionary is missing');
  if (isBare) return;
  walkRuns(indicesOf(page), present, (index) => {
    if (index >= most) throw damaged(`index ${index} is not in its dictionary`);
  });
}

/** Where the indices of a page into its dictionary lie: a byte says how many bits each has. */
export function indicesOf({ bytes, valuesAt }: CheckedPage): RunsPlace {
  const width = bytes[valuesAt];
  if (width === undefined) throw damaged('its indices are cut short');
  return { bytes, start: valuesAt + 1, end: bytes.length, width };
}
