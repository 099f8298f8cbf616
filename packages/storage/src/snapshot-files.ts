// The files of a snapshot: writing them so that each appears whole, and reading those the manifest
// names. What is in them is the owner's; the manifest keeps their size and the checksum of their
// beginning, where a file says what it is and usually has the checksums of the rest.

import { describe, type Image } from '@nigh/base';
import { crc32InPieces } from './crc32.ts';
import { invalidArgument, StorageError, StorageErrorCode } from './errors.ts';
import type { File, FileSystem } from './file-system.ts';
import { type ReadableFile, readImages, type Write, writeImages } from './image-file.ts';
import { isImageFile, PREFIX_BYTES } from './image-format.ts';
import type { SnapshotEntry, SnapshotFile } from './manifest.ts';
import { assertFileName, snapshotName, temporaryName } from './names.ts';
import { withFile } from './typed-files.ts';

/** Bytes at the beginning of a file that the manifest has a checksum of. */
const HEAD_BYTES: number = 64 * 2 ** 10;

/** Writes the files of one snapshot, one after the other. */
export interface SnapshotWriter {
  /**
   * Writes file `name`; `produce` is given what writes bytes at a position of it. The bytes should
   * have checksums of their own: only the first 64 KiB get one here.
   */
  file(name: string, produce: (write: Write) => Promise<void>): Promise<void>;
  /** Writes tables, with checksums. Nobody may change their arrays before it resolves. */
  images(name: string, images: Readonly<Record<string, Image>>): Promise<void>;
}

async function headOf(file: File, size: number): Promise<number> {
  const bytes = new Uint8Array(Math.min(size, HEAD_BYTES));
  const count = await file.read(bytes, 0);
  return await crc32InPieces(bytes.subarray(0, count));
}

interface Place {
  readonly files: FileSystem;
  readonly folder: string;
  readonly number: number;
}

function assertNotAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw aborted(signal);
}

function aborted(signal: AbortSignal): StorageError {
  const message = 'the snapshot was aborted; the one before stays in force';
  return new StorageError(StorageErrorCode.aborted, message, {}, signal.reason);
}

/** Rejects when `signal` does not want `work` any more, whether that notices or not. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return await work;
  let stop = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(aborted(signal));
    signal.addEventListener('abort', stop);
  });
  try {
    assertNotAborted(signal);
    await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

class Writer implements SnapshotWriter {
  readonly #place: Place;
  readonly #signal: AbortSignal | undefined;
  readonly written: SnapshotFile[] = [];
  readonly #names = new Set<string>();
  /** Calls to the file system under way. */
  readonly #running = new Set<Promise<unknown>>();
  #isOver = false;

  constructor(place: Place, signal: AbortSignal | undefined) {
    this.#place = place;
    this.#signal = signal;
  }

  async file(name: string, produce: (write: Write) => Promise<void>): Promise<void> {
    assertFileName(name);
    if (this.#names.has(name)) {
      throw invalidArgument(`the snapshot has a file ${describe(name)} already`, { name });
    }
    this.#names.add(name);
    assertNotAborted(this.#signal);
    const { files, folder, number } = this.#place;
    const path = `${folder}/${snapshotName(number, name)}`;
    const temporary = temporaryName(path, number);
    const file = await this.#run(() => files.open(temporary, 'create'));
    try {
      await produce((source, position) => this.#run(() => file.write(source, position)));
      await this.#run(() => file.sync());
      const size = await this.#run(() => file.size());
      this.written.push({ name, size, head: await this.#run(() => headOf(file, size)) });
    } finally {
      await file.close();
    }
    await this.#run(() => files.rename(temporary, path));
  }

  /** One call to the file system: none is begun when it is over, and the end waits for it. */
  async #run<T>(call: () => Promise<T>): Promise<T> {
    assertNotAborted(this.#signal);
    if (this.#isOver) throw invalidArgument('the snapshot has ended', { name: 'writer' });
    const running = call();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  images(name: string, images: Readonly<Record<string, Image>>): Promise<void> {
    return this.file(name, (write) => writeImages(write, images));
  }

  /** Takes back what was written, as far as that goes. */
  async undo(): Promise<void> {
    this.#isOver = true;
    await Promise.allSettled(this.#running);
    const { files, folder, number } = this.#place;
    for (const name of this.#names) {
      const path = `${folder}/${snapshotName(number, name)}`;
      await files.remove(temporaryName(path, number)).catch(() => undefined);
      await files.remove(path).catch(() => undefined);
    }
  }
}

/** Files that were written, and how to take them back. */
export interface WrittenSnapshot {
  readonly files: readonly SnapshotFile[];
  undo(): Promise<void>;
}

/**
 * Writes the files of a snapshot, durably up to their names, which the folder's sync keeps. When
 * something fails they are removed again.
 */
export async function writeSnapshotFiles(
  place: Place,
  write: (writer: SnapshotWriter) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<WrittenSnapshot> {
  assertNotAborted(signal);
  const writer = new Writer(place, signal);
  try {
    await unlessAborted(write(writer), signal);
    assertNotAborted(signal);
    return { files: writer.written, undo: () => writer.undo() };
  } catch (error) {
    await writer.undo();
    throw error;
  }
}

/** A file of a snapshot that is read. Close it. */
export interface OpenSnapshotFile extends ReadableFile {
  /** Closes the file. */
  close(): Promise<void>;
}

/** The files of the snapshot that the manifest names. They stay until the next one is written. */
export class SnapshotReader {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #entry: SnapshotEntry;
  /** Records up to this sequence are in it. */
  readonly sequence: number;
  /** The names of its files. */
  readonly names: readonly string[];

  constructor(files: FileSystem, folder: string, entry: SnapshotEntry) {
    this.#files = files;
    this.#folder = folder;
    this.#entry = entry;
    this.sequence = entry.sequence;
    this.names = entry.files.map(({ name }) => name);
  }

  /** Where file `name` is. */
  path(name: string): string {
    return `${this.#folder}/${snapshotName(this.#entry.number, this.#file(name).name)}`;
  }

  /** Bytes of file `name`, or of all. */
  size(name?: string): number {
    if (name !== undefined) return this.#file(name).size;
    return this.#entry.files.reduce((sum, { size }) => sum + size, 0);
  }

  /** Opens file `name` for reading. */
  async open(name: string): Promise<OpenSnapshotFile> {
    const path = this.path(name);
    const file = await this.#files.open(path, 'read');
    return {
      path,
      size: this.#file(name).size,
      read: (target, position) => file.read(target, position),
      close: () => file.close(),
    };
  }

  /**
   * The tables of file `name`, over fresh shared memory.
   *
   * @throws {StorageError} `SNAPSHOT_CORRUPT` with path, section and offset
   */
  readImages(name: string): Promise<Record<string, Image>> {
    return this.#with(name, readImages);
  }

  /** Holds every file against the manifest: that it is there, its size, its beginning. */
  async check(): Promise<void> {
    for (const { name } of this.#entry.files) await this.checkFile(name);
  }

  /** Holds file `name` against the manifest: that it is there, its size, its beginning. */
  async checkFile(name: string): Promise<void> {
    const { size, head } = this.#file(name);
    const path = this.path(name);
    const fail = (section: string, offset: number, reason: string): StorageError =>
      new StorageError(
        StorageErrorCode.snapshotCorrupt,
        `${path}: ${reason}; restore the folder from a backup`,
        { path, section, offset },
      );
    if (!(await this.#files.exists(path))) throw fail('file', 0, 'it is not there');
    await withFile(this.#files, path, async (file) => {
      const found = await file.size();
      if (found !== size) {
        throw fail('file', Math.min(size, found), `it has ${found} bytes, not ${size}`);
      }
      if ((await headOf(file, size)) !== head) throw fail('head', 0, 'its beginning is damaged');
    });
  }

  /** Reads every checksum of file `name` that is ours. */
  async verifyFile(name: string): Promise<void> {
    await this.checkFile(name);
    await this.#with(name, async (file) => {
      const beginning = new Uint8Array(Math.min(PREFIX_BYTES, file.size));
      await file.read(beginning, 0);
      if (isImageFile(beginning)) await readImages(file);
    });
  }

  #file(name: string): SnapshotFile {
    const found = this.#entry.files.find((file) => file.name === name);
    if (found !== undefined) return found;
    throw invalidArgument(
      `the snapshot has no file ${describe(name)}; it has ${this.names.join(', ')}`,
      { name: 'name', got: describe(name), expected: this.names },
    );
  }

  async #with<T>(name: string, use: (file: ReadableFile) => Promise<T>): Promise<T> {
    const file = await this.open(name);
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  }
}
