/**
 * Known mistakes, planted between a collection and its disk or between it and who uses it, each of
 * which one of the checks must find: a harness that lets one pass proves nothing. (The storage
 * package plants more, one layer lower.)
 */
import type { Collection } from '@nigh/collection';
import type { FileSystem } from '@nigh/storage';
import { type SimulatedDisk, spoilDisk, spoilFiles } from '@nigh/testkit';
import { CHILD_FAULTS } from './child-faults.ts';
import { damageFiles } from './damage.ts';
import { failCalls } from './file-errors.ts';
import { killProcesses } from './kills.ts';
import { cutPower, type PowerCuts } from './power-cuts.ts';
import { spoilCollection } from './spoil-collection.ts';

/** A mistake, and the check that is to find it. */
export interface PlantedFault {
  readonly check: 'power cuts' | 'failed calls' | 'changed bytes' | 'kills';
  /** What the check says of it; nothing where it does not notice. */
  readonly find: () => Promise<readonly string[]>;
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

const foundByCuts = (options: Partial<PowerCuts>): PlantedFault => ({
  check: 'power cuts',
  find: async () => {
    const short = { writes: 40, seed: 2, modes: ['lost', 'mixed'] } as const;
    return (await cutPower({ ...short, enough: 1, ...options })).failures;
  },
});

const foundByErrors = (spoil: (files: FileSystem) => FileSystem): PlantedFault => ({
  check: 'failed calls',
  find: async () => {
    const short = { writes: 10, seed: 5, faults: ['EIO'], enough: 1 } as const;
    return (await failCalls({ ...short, spoil })).failures;
  },
});

const foundByKills = (fault: string): PlantedFault => ({
  check: 'kills',
  find: async () => (await killProcesses({ kills: 30, seed: 2, fault })).failures,
});

/** A batch in two halves, each of them logged by itself. */
const inHalves = (collection: Collection): Collection =>
  spoilCollection(collection, {
    upsert: async (documents) => {
      if (!Array.isArray(documents)) return collection.upsert(documents);
      const half = documents.length >> 1;
      const halves = [documents.slice(0, half), documents.slice(half)];
      const counts = await Promise.all(halves.map((some) => collection.upsert(some)));
      return counts.reduce((sum, count) => sum + count);
    },
  });

/** What is deleted is acknowledged before it is logged. */
const deletedLater = (collection: Collection): Collection =>
  spoilCollection(collection, {
    delete: async (which) => {
      void collection.delete(which).catch(() => undefined);
      return 0;
    },
  });

/** Documents are deleted, and come back with their metadata changed. */
const deletedAndBack = (collection: Collection): Collection =>
  spoilCollection(collection, {
    update: async (given) => {
      const updates = Array.isArray(given) ? given : [given];
      const changed = updates.flatMap(({ key, metadata }) => {
        const document = collection.get(key);
        return document ? { ...document, metadata: { ...document.metadata, ...metadata } } : [];
      });
      await collection.delete(updates.map(({ key }) => key));
      return collection.upsert(changed);
    },
  });

/** Backups have what was written after they were asked for. */
const backedUpLate = (collection: Collection): Collection =>
  spoilCollection(collection, {
    backup: async (path) => {
      for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next));
      await collection.backup(path);
    },
  });

const DISK_FAULTS: Readonly<Record<string, NonNullable<PowerCuts['spoil']>>> = {
  'logs are not synced': (disk) => spoilFiles(disk, /log-/, () => ({ sync: nothing })),
  'files of snapshots are not synced': (disk) =>
    spoilFiles(disk, /snapshot-/, () => ({ sync: nothing })),
  'manifests are not synced': (disk) => spoilFiles(disk, /manifest/, () => ({ sync: nothing })),
  'folders are not synced': (disk) => spoilDisk(disk, { syncFolder: nothing }),
  'old logs go before the manifest is switched': removedEarly('log-', 1),
  'old snapshots go before the manifest is switched': removedEarly('snapshot-', 3),
  'the end of a long write is forgotten': (disk) =>
    spoilFiles(disk, /log-/, (file) => ({
      write: (source, position) => file.write(source.subarray(0, 300), position),
    })),
};

const COLLECTION_FAULTS: Readonly<Record<string, NonNullable<PowerCuts['spoilCollection']>>> = {
  'a batch is logged in halves': inHalves,
  'a deletion is acknowledged before it is logged': deletedLater,
  'a change of metadata is a deletion and a document': deletedAndBack,
};

const listed = <T>(
  faults: Readonly<Record<string, T>>,
  find: (fault: T, name: string) => PlantedFault,
): Record<string, PlantedFault> =>
  Object.fromEntries(Object.entries(faults).map(([name, fault]) => [name, find(fault, name)]));

export const PLANTED_FAULTS: Readonly<Record<string, PlantedFault>> = {
  ...listed(DISK_FAULTS, (spoil) => foundByCuts({ spoil })),
  'records are acknowledged before they are synced': foundByCuts({
    ...({ durability: 'os', expected: 'sync' } as const),
  }),
  ...listed(COLLECTION_FAULTS, (spoil) => foundByCuts({ spoilCollection: spoil })),
  // No cut finds it: backups are opened at the end.
  'a backup is made of a later moment': foundByCuts({
    ...{ seed: 3, every: 1000, spoilCollection: backedUpLate },
  }),
  'errors of writes are swallowed': foundByErrors((files) =>
    spoilFiles(files, /log-/, (file) => ({
      write: (source, position) => file.write(source, position).catch(nothing),
      sync: () => file.sync().catch(nothing),
    })),
  ),
  'a sync that failed is tried again': foundByErrors((files) =>
    spoilFiles(files, /log-/, (file) => ({ sync: () => file.sync().catch(() => file.sync()) })),
  ),
  'damage of the manifest is hidden': {
    check: 'changed bytes',
    find: async () => {
      const spoil = (disk: FileSystem, whole: FileSystem): FileSystem =>
        spoilDisk(disk, {
          open: (path, mode) => (path.endsWith('/manifest') ? whole : disk).open(path, mode),
        });
      return (await damageFiles({ seed: 6, bytes: 500, spoil })).failures;
    },
  },
  ...listed(CHILD_FAULTS, (_, fault) => foundByKills(fault)),
};
