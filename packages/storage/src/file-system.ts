// What the package needs of a file system, and nothing more: everything it reads and writes goes
// through these calls, so that a simulated disk can take their place. Paths are joined with `/`.
// Whatever fails rejects with an error whose `code` is the system's: `ENOENT`, `EIO`, `ENOSPC`, ...

/**
 * `read`: an existing file. `write`: an existing one, to read and write. `create`: must not exist.
 */
export type OpenMode = 'read' | 'write' | 'create';

/** An open file. */
export interface File {
  /** Bytes of the file. */
  size(): Promise<number>;
  /**
   * Fills `target` from `position` of the file; how many bytes there were, fewer at the end only.
   */
  read(target: Uint8Array, position: number): Promise<number>;
  /** Writes all of `source` at `position` of the file, or rejects. */
  write(source: Uint8Array, position: number): Promise<void>;
  /** Makes the file `size` bytes long. */
  truncate(size: number): Promise<void>;
  /** Resolves when all that was written, and the size, survives a power cut. */
  sync(): Promise<void>;
  /** Lets go of the file. */
  close(): Promise<void>;
}

/** A folder that this process alone writes to, until it releases it or dies. */
export interface Lock {
  /** Again does nothing, unless it has failed: then it tries again. */
  release(): Promise<void>;
}

/**
 * What a store needs of a disk: for tests, and for disks that are none. Paths have forward slashes.
 */
export interface FileSystem {
  /**
   * A path that means the same whatever happens to the process; asked for once, at opening. Without
   * it paths are taken as they are.
   */
  resolve?(path: string): string;
  /** Opens a file. */
  open(path: string, mode: OpenMode): Promise<File>;
  /** Gives a file another name at once, also where one of that name is. Durable by `syncFolder`. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file. Durable by `syncFolder`. */
  remove(path: string): Promise<void>;
  /** The names of what is in a folder, in no order. */
  list(folder: string): Promise<string[]>;
  /** Makes a folder, and those above it, durably. It may be there. */
  makeFolder(path: string): Promise<void>;
  /** Whether there is a file or folder. */
  exists(path: string): Promise<boolean>;
  /**
   * Resolves when the names in a folder survive a power cut: what was made, renamed and removed.
   */
  syncFolder(path: string): Promise<void>;
  /** Rejects within a second with an error of code `LOCKED` while somebody has it. */
  lock(folder: string): Promise<Lock>;
}
