/** The contents of one file of a simulated disk: as they are, and as they would survive. */
import type { Random } from './random.ts';
import type { SurvivalMode } from './simulated-disk.ts';

const SECTOR_BYTES = 512;

/** Something done to a file since its last sync. */
export type Change =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number };

/** Bytes that grow at their end; what is skipped is zero. */
class Contents {
  #bytes: Uint8Array;
  size: number;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#bytes = new Uint8Array(bytes);
    this.size = bytes.length;
  }

  view(): Uint8Array {
    return this.#bytes.subarray(0, this.size);
  }

  write(bytes: Uint8Array, position: number): void {
    this.resize(Math.max(this.size, position + bytes.length));
    this.#bytes.set(bytes, position);
  }

  resize(size: number): void {
    if (size > this.#bytes.length) {
      const longer = new Uint8Array(Math.max(size, 2 * this.#bytes.length));
      longer.set(this.view());
      this.#bytes = longer;
    }
    if (size < this.size) this.#bytes.fill(0, size, this.size);
    this.size = size;
  }

  apply(change: Change): void {
    if (change.kind === 'write') this.write(change.bytes, change.position);
    else this.resize(change.size);
  }
}

export interface Fate {
  /** The last write of the whole disk, when it went to this file. */
  readonly last: Change | undefined;
  readonly random: Random;
}

export class Inode {
  #live = new Contents();
  /** As of the last sync; copied when something changes after it. */
  #durable = new Contents();
  #pending: Change[] = [];

  static of(bytes: Uint8Array): Inode {
    const inode = new Inode();
    inode.#live = new Contents(bytes);
    inode.#durable = new Contents(bytes);
    return inode;
  }

  get size(): number {
    return this.#live.size;
  }

  /** A copy of what it holds. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#live.view());
  }

  read(target: Uint8Array, position: number): number {
    const piece = this.#live.view().subarray(position, position + target.length);
    target.set(piece);
    return piece.length;
  }

  write(source: Uint8Array, position: number): Change {
    const change: Change = { kind: 'write', position, bytes: new Uint8Array(source) };
    this.#live.apply(change);
    this.#pending.push(change);
    return change;
  }

  truncate(size: number): void {
    const change: Change = { kind: 'truncate', size };
    this.#live.apply(change);
    this.#pending.push(change);
  }

  sync(): void {
    for (const change of this.#pending) this.#durable.apply(change);
    this.#pending = [];
  }

  /** Gives up what was not synced: it can still be read, and no sync will keep it. */
  forget(): void {
    this.#pending = [];
  }

  /** What a power cut leaves of it. */
  survivor(mode: SurvivalMode, fate: Fate): Inode {
    if (mode === 'kept') return Inode.of(this.#live.view());
    if (mode === 'lost' || mode === 'renamed') return Inode.of(this.#durable.view());
    const contents = new Contents(this.#durable.view());
    for (const change of this.#pending) survive(contents, change, mode, fate);
    return Inode.of(contents.view());
  }
}

function survive(contents: Contents, change: Change, mode: SurvivalMode, fate: Fate): void {
  const { random } = fate;
  if (change.kind === 'truncate') {
    if (mode !== 'mixed' || random.uniform() < 0.5) contents.apply(change);
    return;
  }
  const { position, bytes } = change;
  if (mode === 'torn') {
    const isLast = change === fate.last;
    contents.write(
      isLast ? bytes.subarray(0, tear(position, bytes.length, random)) : bytes,
      position,
    );
  } else if (mode === 'zeroed') {
    contents.resize(Math.max(contents.size, position + bytes.length));
  } else {
    keepSectors(contents, position, bytes, random);
  }
}

/** How many bytes of a torn write are kept: up to a sector of the file, or any number. */
function tear(position: number, length: number, random: Random): number {
  const cut = random.integer(0, length + 1);
  if (random.uniform() < 0.5) return cut;
  const sector = Math.floor((position + cut) / SECTOR_BYTES) * SECTOR_BYTES - position;
  return Math.max(0, sector);
}

/** Sectors reach the disk in any order, and the size before or after them. */
function keepSectors(
  contents: Contents,
  position: number,
  bytes: Uint8Array,
  random: Random,
): void {
  if (random.uniform() < 0.5) contents.resize(Math.max(contents.size, position + bytes.length));
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(bytes.length, start + SECTOR_BYTES - ((position + start) % SECTOR_BYTES));
    if (random.uniform() < 0.5) contents.write(bytes.subarray(start, end), position + start);
    start = end;
  }
}
