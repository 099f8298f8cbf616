// Vectors that stay in a snapshot file (originals 'file') and are read one at a time, when a search
// finishes its candidates. Reads are synchronous, as searches are: a page the system has cached
// costs some microseconds.

import { type FileSystem, nodeFileSystem } from '../engine/runtime.ts';
import { ErrorCode, VectorIndexError } from '../errors.ts';
import { BYTES_PER_WORD, type VectorKind } from '../memory/layout.ts';
import { corrupt } from './format.ts';

/** A snapshot's region of vectors. Structured-cloneable. */
export interface StoredPlace {
  readonly path: string;
  readonly byteOffset: number;
  readonly kind: Exclude<VectorKind, 'none'>;
}

function fileSystem(): FileSystem {
  const files = nodeFileSystem();
  if (files) return files;
  throw new VectorIndexError(
    ErrorCode.unsupportedRuntime,
    "originals 'file' needs synchronous files; load the index with originals 'memory'",
  );
}

export class StoredVectors {
  readonly place: StoredPlace;
  /** Bytes of one vector in the file, where float16 come in pairs. */
  readonly rowBytes: number;
  #descriptor: number | undefined;

  constructor(place: StoredPlace, dimension: number) {
    this.place = place;
    const words = place.kind === 'float16' ? Math.ceil(dimension / 2) : dimension;
    this.rowBytes = words * BYTES_PER_WORD;
  }

  /**
   * Reads the vector of local node `node` to `target`, `rowBytes` bytes.
   *
   * @throws {VectorIndexError} FILE_FAILED; SNAPSHOT_CORRUPT when the file has become shorter
   */
  read(node: number, target: Uint8Array): void {
    const { path, byteOffset } = this.place;
    const position = byteOffset + node * this.rowBytes;
    const files = fileSystem();
    let got: number;
    try {
      this.#descriptor ??= files.openSync(path, 'r');
      got = files.readSync(this.#descriptor, target, 0, this.rowBytes, position);
    } catch (cause) {
      const message = `cannot read a vector from ${path}; keep the file where it was loaded from`;
      throw new VectorIndexError(ErrorCode.fileFailed, message, { path, node }, cause);
    }
    if (got !== this.rowBytes) throw corrupt(path, `vector ${node} is cut off`, { node });
  }

  /** Closes the file; a later read opens it again. */
  close(): void {
    if (this.#descriptor === undefined) return;
    fileSystem().closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
