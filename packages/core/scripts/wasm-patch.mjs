// The module of one tier as a patch of the other's: they share nearly all code, but the optimizer
// orders functions by how often they are called, so calls differ everywhere by their numbers. The
// patch is read by src/engine/wasm-bytes.ts, which has its format.

/** Bytes by which places that may match are found: fewer make more steps, each of 3 bytes or so. */
const KEY_LENGTH = 8;
/** A match that goes on where the last one ended needs no place, and pays from this length on. */
const SHORTEST_RESUMED = 3;
const MAX_PLACES = 64;

const keyAt = (bytes, at) => bytes.subarray(at, at + KEY_LENGTH).toString('latin1');

/** The places of `base` by the bytes that are there. */
function findPlaces(base) {
  const places = new Map();
  for (let at = 0; at + KEY_LENGTH <= base.length; at++) {
    const known = places.get(keyAt(base, at));
    if (known === undefined) places.set(keyAt(base, at), [at]);
    else if (known.length < MAX_PLACES) known.push(at);
  }
  return places;
}

/** How many bytes from two places on are the same. */
function matchLength(base, from, target, at) {
  let length = 0;
  while (at + length < target.length && base[from + length] === target[at + length]) length++;
  return length;
}

function writeNumber(value, output) {
  for (; value >= 128; value >>>= 7) output.push((value & 127) | 128);
  output.push(value);
}

/** Signs last, so that small steps back are small numbers too. */
const foldSign = (value) => (value < 0 ? -2 * value - 1 : 2 * value);

/** What makes `target` of `base`. The same bytes make the same patch. */
export function makePatch(base, target) {
  const places = findPlaces(base);
  const patch = [];
  let literals = [];
  let resume = 0; // where in `base` the last copy ended
  const writeStep = (from, length) => {
    writeNumber(literals.length, patch);
    patch.push(...literals);
    writeNumber(foldSign(from - resume), patch);
    writeNumber(length, patch);
    literals = [];
    resume = from + length;
  };
  for (let at = 0; at < target.length; ) {
    let from = resume + literals.length;
    let length = matchLength(base, from, target, at);
    if (length < SHORTEST_RESUMED) length = 0;
    for (const place of places.get(keyAt(target, at)) ?? []) {
      const found = matchLength(base, place, target, at);
      // A place of its own costs two bytes or three.
      if (found > length + KEY_LENGTH / 2) [from, length] = [place, found];
    }
    if (length === 0) {
      literals.push(target[at++]);
      continue;
    }
    writeStep(from, length);
    at += length;
  }
  if (literals.length > 0) writeStep(resume, 0);
  return Buffer.from(patch);
}
