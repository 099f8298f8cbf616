// What was worked out lately, by the key of the predicate, until what it was worked out from
// changes (a stamp) or others need the room.

const MAX_ENTRIES = 128;
const MAX_BYTES: number = 64 * 2 ** 20;

interface Entry<T> {
  readonly value: T;
  readonly stamp: number;
  readonly bytes: number;
}

/** Least recently used out first. The one put in last always stays. */
export class Cache<T> {
  // A Map keeps the order of insertion: what is used is put in again, so the first is the oldest.
  readonly #entries: Map<string, Entry<T>> = new Map();
  #bytes = 0;

  get byteLength(): number {
    return this.#bytes;
  }

  /** What was kept under this stamp; undefined where it was another, or nothing. */
  get(key: string, stamp: number): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.stamp !== stamp) {
      this.#bytes -= entry.bytes;
      return undefined;
    }
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** @param size bytes of the value */
  put(key: string, stamp: number, { value, size }: { value: T; size: number }): void {
    const old = this.#entries.get(key);
    if (old !== undefined) this.#drop(key, old);
    const entry = { value, stamp, bytes: size + 2 * key.length };
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    for (const [oldest, oldEntry] of this.#entries) {
      if (this.#entries.size <= MAX_ENTRIES && this.#bytes <= MAX_BYTES) return;
      if (oldEntry === entry) return;
      this.#drop(oldest, oldEntry);
    }
  }

  #drop(key: string, entry: Entry<T>): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
