// The one thing that no seed decides: a number that strangers cannot know. It salts hashes and
// checksums, so that nobody can choose strings that collide or bytes that look like a record; no
// result depends on it.

/** A whole number from 0 to 2^32 - 1 that nobody can foretell. */
export function unpredictable(): number {
  return globalThis.crypto.getRandomValues(new Uint32Array(1))[0] as number;
}
