/**
 * Holds a collection against a state: every document as it is listed, and what a filter, a text and
 * a vector find, which are kept apart from the documents and must agree with them.
 */
import type { Collection, StoredDocument } from '@nigh/collection';
import { Random } from '@nigh/testkit';
import { documentOf, isRounded, type State } from './writes.ts';

type Documents = ReadonlyMap<string, StoredDocument>;

/**
 * How far a rounded unit vector is off at most: steps are of 0.007, and what is rare is cut off.
 * Vectors that are drawn anew lie 1.4 apart.
 */
const ROUNDING = 0.2;
/** More than any state has documents. */
const ALL = 2000;
/** Numbers of writes, and keys, that are asked for. */
const ASKED = 3;
/** How far back the writes lie that are asked for. */
const RECENT = 12;

/** What is in a collection, by key. */
export async function listDocuments(collection: Collection): Promise<Documents> {
  const held = new Map<string, StoredDocument>();
  for await (const document of collection.documents({ vectors: true })) {
    held.set(String(document.key), document);
  }
  return held;
}

function isSameVector(got: Float32Array | undefined, written: Float32Array, seed: number): boolean {
  if (got?.length !== written.length) return false;
  if (!isRounded(seed)) return got.every((value, i) => value === written[i]);
  const length = Math.hypot(...written);
  return Math.hypot(...got.map((value, i) => value - (written[i] as number) / length)) < ROUNDING;
}

const asText = (metadata: object | undefined): string =>
  JSON.stringify(Object.entries(metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));

/** What differs between documents and a state; undefined where nothing does. */
export function difference(held: Documents, state: State, seed: number): string | undefined {
  if (held.size !== state.size) return `${held.size} documents, not ${state.size}`;
  for (const [key, { metadata, text, vector }] of held) {
    const version = state.get(key);
    if (!version) return `${key} should not be there`;
    if (metadata.written !== version.written || metadata.noted !== version.noted) {
      return `${key} is of write ${metadata.written} and ${metadata.noted}`;
    }
    const expected = documentOf(key, version);
    if (asText(metadata) !== asText(expected.metadata)) {
      return `${key} has metadata ${JSON.stringify(metadata)}`;
    }
    if (text !== expected.text) return `${key} has text ${text}`;
    if (!isSameVector(vector, expected.vector as Float32Array, seed)) {
      return `${key} has another vector`;
    }
  }
  return undefined;
}

/** Numbers of writes that are there, and of some that may be gone. */
function numbersToAsk(random: Random, state: State): number[] {
  let last = 0;
  for (const { written, noted } of state.values()) last = Math.max(last, written, noted);
  return Array.from({ length: ASKED }, () => Math.max(1, last - random.integer(0, RECENT)));
}

/** Where columns and postings say something else of a write than the documents. */
async function contradictionOf(
  collection: Collection,
  state: State,
  number: number,
): Promise<string | undefined> {
  for (const field of ['written', 'noted'] as const) {
    const keys = [...state.keys()].filter((key) => state.get(key)?.[field] === number).sort();
    const counted = collection.count({ [field]: number });
    if (counted !== keys.length) {
      return `${counted} documents of ${field} ${number} are counted, not ${keys.length}`;
    }
    const text = `${field === 'written' ? 'w' : 'n'}${number}`;
    const hits = await collection.search({ text, k: ALL });
    const found = hits.map(({ key }) => String(key)).sort();
    if (found.join() !== keys.join()) return `${text} finds ${found}, not ${keys}`;
  }
  return undefined;
}

/** What counts and searches say that is not so; undefined where they are right. */
export async function contradiction(
  collection: Collection,
  state: State,
): Promise<string | undefined> {
  if (collection.count() !== state.size) return `${collection.count()} documents are counted`;
  const random = new Random(state.size, 11);
  for (const number of numbersToAsk(random, state)) {
    const found = await contradictionOf(collection, state, number);
    if (found !== undefined) return found;
  }
  const versions = [...state];
  for (let i = 0; i < ASKED && versions.length > 0; i++) {
    const [key, version] = versions[random.integer(0, versions.length)] as (typeof versions)[0];
    const { vector } = documentOf(key, version);
    const [hit] = await collection.search({ vector: vector as Float32Array, k: 1, exact: true });
    if (hit?.key !== key) return `the vector of ${key} finds ${hit?.key}`;
  }
  return undefined;
}
