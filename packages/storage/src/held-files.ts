// Files that are opened once and kept open, for reading beside a writer: whatever it removes
// meanwhile stays readable until we let go.

import type { File, FileSystem } from './file-system.ts';

export class HeldFiles {
  readonly #below: FileSystem;
  readonly #held = new Map<string, File>();
  /** The files below, where those that are held are opened for reading without looking again. */
  readonly files: FileSystem;

  constructor(below: FileSystem) {
    this.#below = below;
    this.files = {
      open: async (path, mode) => (mode === 'read' && this.#lend(path)) || below.open(path, mode),
      exists: async (path) => this.#held.has(path) || below.exists(path),
      rename: (from, to) => below.rename(from, to),
      remove: (path) => below.remove(path),
      list: (folder) => below.list(folder),
      makeFolder: (path) => below.makeFolder(path),
      syncFolder: (path) => below.syncFolder(path),
      lock: (folder) => below.lock(folder),
    };
  }

  /** Opens those of the paths that are there, and holds them. */
  async hold(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      if (this.#held.has(path) || !(await this.#below.exists(path))) continue;
      this.#held.set(path, await this.#below.open(path, 'read'));
    }
  }

  async letGo(): Promise<void> {
    const files = [...this.#held.values()];
    this.#held.clear();
    for (const file of files) await file.close();
  }

  #lend(path: string): File | undefined {
    const file = this.#held.get(path);
    if (file === undefined) return undefined;
    return {
      size: () => file.size(),
      read: (target, position) => file.read(target, position),
      write: (source, position) => file.write(source, position),
      truncate: (size) => file.truncate(size),
      sync: () => file.sync(),
      close: async () => undefined,
    };
  }
}
