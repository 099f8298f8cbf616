// The file that says what a store is made of. It is switched as a whole: whoever opens the folder
// finds the state before or the one after. One line with a checksum, then JSON.

import { crc32 } from './crc32.ts';
import { invalidArgument, otherVersion, StorageError, StorageErrorCode } from './errors.ts';
import type { FileSystem } from './file-system.ts';
import { MANIFEST, temporaryName } from './names.ts';
import { withFile } from './typed-files.ts';

const FORMAT_VERSION = 1;
const MAGIC = 'NIGHSTORE';
/** Nobody keeps that much in a manifest; a larger file is none. */
const MAX_BYTES: number = 64 * 2 ** 20;

/** A file of a snapshot: `head` is the checksum of its first bytes. */
export interface SnapshotFile {
  readonly name: string;
  readonly size: number;
  readonly head: number;
}

export interface SnapshotEntry {
  readonly number: number;
  /** Records up to this sequence are in it. */
  readonly sequence: number;
  readonly files: readonly SnapshotFile[];
}

export interface Manifest {
  /** JSON of the owner's. */
  readonly settings: unknown;
  readonly snapshot: SnapshotEntry | undefined;
  /** The first log that counts, and the sequence of its first record. */
  readonly log: { readonly number: number; readonly first: number };
}

function corrupt(path: string, reason: string, offset = 0): StorageError {
  return new StorageError(
    StorageErrorCode.manifestCorrupt,
    `${path}: ${reason}; restore the folder from a backup`,
    { path, offset },
  );
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

function isSnapshotFile(value: unknown): value is SnapshotFile {
  const { name, size, head } = (value ?? {}) as Record<string, unknown>;
  return typeof name === 'string' && /^[\w][\w.-]*$/.test(name) && isCount(size) && isCount(head);
}

function isSnapshot(value: unknown): value is SnapshotEntry {
  const { number, sequence, files } = (value ?? {}) as Record<string, unknown>;
  return (
    isCount(number) && isCount(sequence) && Array.isArray(files) && files.every(isSnapshotFile)
  );
}

/** Refuses a manifest of so many bytes where none is read that has as many. */
export function assertFits(bytes: number): void {
  if (bytes <= MAX_BYTES) return;
  throw invalidArgument(
    `a manifest has at most ${MAX_BYTES} bytes; with these settings it has ${bytes}: keep what ` +
      'is large in a file of the snapshot',
    { name: 'settings', got: bytes, expected: MAX_BYTES },
  );
}

/**
 * The bytes of a manifest.
 *
 * @throws {StorageError} `INVALID_ARGUMENT` when they are more than are ever read
 */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const { settings, snapshot, log } = manifest;
  const json = `${JSON.stringify({ settings, snapshot, log }, undefined, 1)}\n`;
  const bytes = new TextEncoder().encode(json);
  const crc = crc32(bytes, FORMAT_VERSION).toString(16).padStart(8, '0');
  const line = new TextEncoder().encode(`${MAGIC} ${FORMAT_VERSION} ${crc}\n`);
  const whole = new Uint8Array(line.length + bytes.length);
  assertFits(whole.length);
  whole.set(line);
  whole.set(bytes, line.length);
  return whole;
}

function parse(bytes: Uint8Array, path: string): Manifest {
  const end = bytes.indexOf(10) + 1;
  const line = new TextDecoder().decode(bytes.subarray(0, end));
  const [, digits, crc] = /^NIGHSTORE ([1-9]\d{0,8}) ([0-9a-f]{8})\n$/.exec(line) ?? [];
  if (digits === undefined || crc === undefined) {
    throw corrupt(path, 'it does not begin as a manifest does');
  }
  const body = bytes.subarray(end);
  const version = Number(digits);
  if (crc32(body, version) !== Number.parseInt(crc, 16)) {
    throw corrupt(path, 'its checksum is wrong', end);
  }
  if (version !== FORMAT_VERSION) throw otherVersion(path, version, FORMAT_VERSION);
  return validated(jsonOf(body, path), path);
}

function jsonOf(body: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw corrupt(path, 'its checksum is right, and it is no JSON');
  }
}

function validated(value: unknown, path: string): Manifest {
  const { settings, snapshot, log } = (value ?? {}) as Record<string, unknown>;
  const { number, first } = (log ?? {}) as Record<string, unknown>;
  if (!isCount(number) || !isCount(first)) throw corrupt(path, 'it names no log');
  if (snapshot !== undefined && !isSnapshot(snapshot)) {
    throw corrupt(path, 'what it says of the snapshot is not whole');
  }
  return { settings, snapshot, log: { number, first } };
}

export function isSameManifest(one: Manifest | undefined, other: Manifest | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The manifest of a folder; undefined when there is none. */
export async function readManifest(
  files: FileSystem,
  folder: string,
): Promise<Manifest | undefined> {
  const path = `${folder}/${MANIFEST}`;
  if (!(await files.exists(path))) return undefined;
  const bytes = await withFile(files, path, async (file) => {
    const size = await file.size();
    if (size > MAX_BYTES) throw corrupt(path, `it has ${size} bytes`);
    const target = new Uint8Array(size);
    return target.subarray(0, await file.read(target, 0));
  });
  return parse(bytes, path);
}

/** Writes a file beside its place and renames it there; durable when the folder is synced. */
export async function replaceManifest(
  files: FileSystem,
  folder: string,
  next: { readonly manifest: Manifest; readonly number: number },
): Promise<void> {
  const temporary = `${folder}/${temporaryName(MANIFEST, next.number)}`;
  const bytes = encodeManifest(next.manifest);
  try {
    const file = await files.open(temporary, 'create');
    try {
      await file.write(bytes, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(temporary, `${folder}/${MANIFEST}`);
  } catch (error) {
    await files.remove(temporary).catch(() => undefined);
    throw error;
  }
}
