/**
 * A disk in memory that keeps, for every file and folder, what would survive a power cut and what
 * would not: what was written since a file's last sync, and names that were given since the
 * folder's. It counts its calls, fails the ones it is told to, and can be cut off at any of them. A
 * process that is killed is the same without the loss: whatever it wrote is in the live state.
 */
import type { File, FileSystem, Lock, OpenMode } from '@nigh/storage';
import { Random } from './random.ts';
import { type Change, Inode } from './simulated-file.ts';

/**
 * What is left of the changes that were not synced. `kept`: all. `lost`: none. `torn`: all, and a
 * part of the last write, cut at a sector or at any byte. `zeroed`: names and sizes, with zeros for
 * data. `renamed`: names, with the data of the last sync. `mixed`: any sectors of any writes, any
 * beginning of the changes of names.
 */
export type SurvivalMode = 'kept' | 'lost' | 'torn' | 'zeroed' | 'renamed' | 'mixed';

export const SURVIVAL_MODES: readonly SurvivalMode[] = [
  ...(['kept', 'lost', 'torn', 'zeroed', 'renamed', 'mixed'] as const),
];

export type DiskFault = 'EIO' | 'ENOSPC' | 'EMFILE' | 'short write';

/** One call, as hooks see it. `step` counts the calls that change something or sync. */
export interface DiskCall {
  readonly call: number;
  readonly step: number | undefined;
  readonly action: string;
  readonly path: string;
}

export interface SimulatedDiskOptions {
  /** Where torn and mixed writes are cut. */
  readonly seed?: number;
}

interface Folder {
  live: Map<string, Inode>;
  durable: Map<string, Inode>;
  /** Changes since the folder's last sync, in order. */
  pending: ((names: Map<string, Inode>) => void)[];
}

interface Plan {
  readonly call: number;
  readonly fault: DiskFault;
  readonly isForEver: boolean;
}

export function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: simulated, ${path}`), { code, path });
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export class SimulatedDisk implements FileSystem {
  readonly #random: Random;
  readonly #seed: number;
  #folders = new Map<string, Folder>();
  #locks = new Map<string, object>();
  /** What was opened before a crash belongs to a process that is gone. */
  #process = {};
  #lastWrite: { readonly inode: Inode; readonly change: Change } | undefined;
  #plan: Plan | undefined;
  /** Calls so far, and those of them that change something or sync. */
  calls = 0;
  steps = 0;
  /** Syncs of files so far. */
  syncs = 0;
  /** Called, and awaited, before every call takes effect. */
  beforeCall: ((call: DiskCall) => Promise<void> | void) | undefined;

  constructor(options: SimulatedDiskOptions = {}) {
    this.#seed = options.seed ?? 1;
    this.#random = new Random(this.#seed);
  }

  /**
   * Fails call number `call`, counted from now on: 1 is the next; once, or it and all later ones.
   */
  failAt(call: number, fault: DiskFault, isForEver = false): void {
    this.#plan = { call: this.calls + call, fault, isForEver };
  }

  heal(): void {
    this.#plan = undefined;
  }

  /** Another disk, as a power cut now would leave this one. */
  image(mode: SurvivalMode): SimulatedDisk {
    const disk = new SimulatedDisk({ seed: (this.#seed + this.steps) | 0 });
    const inodes = new Map<Inode, Inode>();
    const survivor = (inode: Inode): Inode => {
      const last = this.#lastWrite?.inode === inode ? this.#lastWrite.change : undefined;
      const copy = inodes.get(inode) ?? inode.survivor(mode, { last, random: this.#random });
      inodes.set(inode, copy);
      return copy;
    };
    for (const [path, folder] of this.#folders) {
      const names = this.#namesAfter(folder, mode);
      const live = new Map([...names].map(([name, inode]) => [name, survivor(inode)]));
      disk.#folders.set(path, { live, durable: new Map(live), pending: [] });
    }
    return disk;
  }

  /** Cuts the power: what survives is what there is, and who has files open has lost them. */
  crash(mode: SurvivalMode): void {
    this.#folders = this.image(mode).#folders;
    this.kill();
  }

  /** Ends the process: its files and locks are gone, and nothing of what it wrote. */
  kill(): void {
    this.#locks = new Map();
    this.#process = {};
    this.#lastWrite = undefined;
  }

  /** The disk as one process sees it: nothing it does has an effect after a kill or a crash. */
  process(): FileSystem {
    const mine = this.#process;
    const living = <T>(work: () => Promise<T>): Promise<T> =>
      mine === this.#process
        ? work()
        : Promise.reject(systemError('EBADF', 'a process that ended'));
    return {
      open: (path, mode) => living(() => this.open(path, mode)),
      rename: (from, to) => living(() => this.rename(from, to)),
      remove: (path) => living(() => this.remove(path)),
      list: (folder) => living(() => this.list(folder)),
      makeFolder: (path) => living(() => this.makeFolder(path)),
      exists: (path) => living(() => this.exists(path)),
      syncFolder: (path) => living(() => this.syncFolder(path)),
      lock: (folder) => living(() => this.lock(folder)),
    };
  }

  /** The bytes of a file as they are now; for tests that look at or damage them. */
  bytesOf(path: string): Uint8Array {
    return this.#inodeAt(path).bytes();
  }

  /** Puts a durable file there, whatever was there. */
  place(path: string, bytes: Uint8Array): void {
    const folder = this.#folder(folderOf(path));
    const inode = Inode.of(bytes);
    folder.live.set(nameOf(path), inode);
    folder.durable.set(nameOf(path), inode);
  }

  /** Takes a file away, durably. */
  displace(path: string): void {
    const folder = this.#folder(folderOf(path));
    folder.live.delete(nameOf(path));
    folder.durable.delete(nameOf(path));
  }

  /** The names in a folder, sorted. */
  names(folder: string): string[] {
    return [...this.#folder(folder).live.keys()].sort();
  }

  async open(path: string, mode: OpenMode): Promise<File> {
    await this.#enter(mode === 'create' ? 'create' : 'open', path, mode === 'create');
    const folder = this.#folder(folderOf(path));
    const name = nameOf(path);
    const found = folder.live.get(name);
    if (mode === 'create') {
      if (found !== undefined) throw systemError('EEXIST', path);
      const inode = new Inode();
      this.#change(folder, (names) => names.set(name, inode));
      return this.#handle(inode, path, mode);
    }
    if (found === undefined) throw systemError('ENOENT', path);
    return this.#handle(found, path, mode);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#enter('rename', to, true);
    const inode = this.#inodeAt(from);
    if (folderOf(from) !== folderOf(to)) throw systemError('EXDEV', to);
    this.#change(this.#folder(folderOf(to)), (names) => {
      names.delete(nameOf(from));
      names.set(nameOf(to), inode);
    });
  }

  async remove(path: string): Promise<void> {
    await this.#enter('remove', path, true);
    this.#inodeAt(path);
    this.#change(this.#folder(folderOf(path)), (names) => names.delete(nameOf(path)));
  }

  async list(folder: string): Promise<string[]> {
    await this.#enter('list', folder, false);
    const below = [...this.#folders.keys()].filter((path) => folderOf(path) === folder);
    return [...this.#folder(folder).live.keys(), ...below.map(nameOf)];
  }

  async makeFolder(path: string): Promise<void> {
    await this.#enter('make folder', path, true);
    for (let at = path; at !== ''; at = folderOf(at)) {
      if (this.#folders.has(at)) continue;
      this.#folders.set(at, { live: new Map(), durable: new Map(), pending: [] });
    }
  }

  async exists(path: string): Promise<boolean> {
    await this.#enter('exists', path, false);
    const folder = this.#folders.get(folderOf(path));
    return this.#folders.has(path) || (folder?.live.has(nameOf(path)) ?? false);
  }

  async syncFolder(path: string): Promise<void> {
    await this.#enter('sync folder', path, true);
    const folder = this.#folder(path);
    folder.durable = new Map(folder.live);
    folder.pending = [];
  }

  async lock(folder: string): Promise<Lock> {
    await this.#enter('lock', folder, false);
    this.#folder(folder);
    if (this.#locks.has(folder)) throw systemError('LOCKED', folder);
    const mine = {};
    this.#locks.set(folder, mine);
    return {
      release: async () => {
        if (this.#locks.get(folder) === mine) this.#locks.delete(folder);
      },
    };
  }

  #folder(path: string): Folder {
    const folder = this.#folders.get(path);
    if (folder === undefined) throw systemError('ENOENT', path);
    return folder;
  }

  #inodeAt(path: string): Inode {
    const inode = this.#folder(folderOf(path)).live.get(nameOf(path));
    if (inode === undefined) throw systemError('ENOENT', path);
    return inode;
  }

  #change(folder: Folder, change: (names: Map<string, Inode>) => void): void {
    change(folder.live);
    folder.pending.push(change);
  }

  #namesAfter(folder: Folder, mode: SurvivalMode): Map<string, Inode> {
    if (mode === 'lost') return folder.durable;
    if (mode !== 'mixed') return folder.live;
    const names = new Map(folder.durable);
    const count = this.#random.integer(0, folder.pending.length + 1);
    for (const change of folder.pending.slice(0, count)) change(names);
    return names;
  }

  /** Counts a call and fails it where that is planned; true when a write shall be short. */
  async #enter(action: string, path: string, isStep: boolean): Promise<boolean> {
    const call = ++this.calls;
    const step = isStep ? ++this.steps : undefined;
    if (this.beforeCall !== undefined) {
      const process = this.#process;
      await this.beforeCall({ call, step, action, path });
      // The power may have gone while the hook had the word.
      if (process !== this.#process) throw systemError('EBADF', path);
    }
    const plan = this.#plan;
    if (plan === undefined || call < plan.call) return false;
    if (plan.fault === 'short write') return action === 'write' && this.#once(plan);
    if (!this.#once(plan)) return false;
    throw systemError(plan.fault, path);
  }

  /** Uses up a plan that is for one call. */
  #once(plan: Plan): boolean {
    if (!plan.isForEver) this.#plan = undefined;
    return true;
  }

  #handle(inode: Inode, path: string, mode: OpenMode): File {
    const process = this.#process;
    let isOpen = true;
    const enter = async (action: string, isStep: boolean): Promise<boolean> => {
      if (!isOpen || process !== this.#process) throw systemError('EBADF', path);
      if (mode === 'read' && isStep) throw systemError('EBADF', path);
      return await this.#enter(action, path, isStep);
    };
    return {
      size: async () => {
        await enter('size', false);
        return inode.size;
      },
      read: async (target, position) => {
        await enter('read', false);
        return inode.read(target, position);
      },
      write: async (source, position) => {
        const isShort = await enter('write', true);
        const count = isShort ? Math.floor(source.length / 2) : source.length;
        const change = inode.write(source.subarray(0, count), position);
        this.#lastWrite = { inode, change };
        if (isShort) throw systemError('ENOSPC', path);
      },
      truncate: async (size) => {
        await enter('truncate', true);
        inode.truncate(size);
      },
      sync: async () => {
        try {
          await enter('sync', true);
        } catch (error) {
          // As Linux does: the next sync succeeds, and what this one should have kept is lost.
          inode.forget();
          throw error;
        }
        this.syncs++;
        inode.sync();
      },
      close: async () => {
        isOpen = false;
      },
    };
  }
}
