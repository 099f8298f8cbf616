/**
 * Known mistakes, planted between a collection and its disk, each of which the power cuts must
 * find: a harness that lets one pass proves nothing. (The storage package plants more, one layer
 * lower.)
 */
import type { OpenOptions } from '@nigh/collection';
import type { File, FileSystem } from '@nigh/storage';
import type { SimulatedDisk } from '@nigh/testkit';
import type { PowerCuts } from './power-cuts.ts';

/** A disk some of whose calls do something else. */
function spoilDisk(disk: SimulatedDisk, changes: Partial<FileSystem>): FileSystem {
  return {
    open: (path, mode) => disk.open(path, mode),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    list: (folder) => disk.list(folder),
    makeFolder: (path) => disk.makeFolder(path),
    exists: (path) => disk.exists(path),
    syncFolder: (path) => disk.syncFolder(path),
    lock: (folder) => disk.lock(folder),
    ...changes,
  };
}

/** A disk on which calls of the files whose path matches do something else. */
function spoilFiles(
  disk: SimulatedDisk,
  pattern: RegExp,
  changes: (file: File) => Partial<File>,
): FileSystem {
  const open: FileSystem['open'] = async (path, mode) => {
    const file = await disk.open(path, mode);
    if (!pattern.test(path)) return file;
    return {
      size: () => file.size(),
      read: (target, position) => file.read(target, position),
      write: (source, position) => file.write(source, position),
      truncate: (size) => file.truncate(size),
      sync: () => file.sync(),
      close: () => file.close(),
      ...changes(file),
    };
  };
  return spoilDisk(disk, { open });
}

const nothing = async (): Promise<void> => undefined;

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** Removes what begins with `start` before a manifest is switched, but for the last `kept`. */
const removedEarly =
  (start: string, kept: number) =>
  (disk: SimulatedDisk): FileSystem =>
    spoilDisk(disk, {
      rename: async (from, to) => {
        if (to.endsWith('/manifest')) {
          const names = (await disk.list(folderOf(to))).filter((name) => name.startsWith(start));
          const old = names.sort().slice(0, -kept);
          for (const name of old) await disk.remove(`${folderOf(to)}/${name}`);
        }
        await disk.rename(from, to);
      },
    });

/** What is planted; `durability` stands for acknowledging what only the system has. */
export interface PlantedFault {
  readonly spoil?: NonNullable<PowerCuts['spoil']>;
  readonly durability?: NonNullable<OpenOptions['durability']>;
}

export const PLANTED_FAULTS: Readonly<Record<string, PlantedFault>> = {
  'logs are not synced': { spoil: (disk) => spoilFiles(disk, /log-/, () => ({ sync: nothing })) },
  'files of snapshots are not synced': {
    spoil: (disk) => spoilFiles(disk, /snapshot-/, () => ({ sync: nothing })),
  },
  'manifests are not synced': {
    spoil: (disk) => spoilFiles(disk, /manifest/, () => ({ sync: nothing })),
  },
  'folders are not synced': { spoil: (disk) => spoilDisk(disk, { syncFolder: nothing }) },
  'old logs go before the manifest is switched': { spoil: removedEarly('log-', 1) },
  'old snapshots go before the manifest is switched': { spoil: removedEarly('snapshot-', 3) },
  'the end of a long write is forgotten': {
    spoil: (disk) =>
      spoilFiles(disk, /log-/, (file) => ({
        write: (source, position) => file.write(source.subarray(0, 300), position),
      })),
  },
  'records are acknowledged before they are synced': { durability: 'os' },
};
