// Known mistakes, planted between the store and the disk: what the store would do if it forgot a
// sync, changed an order, or trusted what it reads. A harness that lets one of them pass proves
// nothing.

import type { File, FileSystem } from '@nigh/storage';
import { spoilDisk, spoilFiles } from '@nigh/testkit';
import { crc32 } from '../../src/crc32.ts';
import {
  coveredBytes,
  LOG_HEADER_BYTES,
  parseRecordHeader,
  RECORD_HEADER_BYTES,
  saltOf,
  setCrc,
} from '../../src/log-format.ts';

type Changes = (files: FileSystem) => Partial<FileSystem>;
export type Wrap = (files: FileSystem) => FileSystem;

const planted =
  (changes: Changes): Wrap =>
  (files) =>
    spoilDisk(files, changes(files));

/** Replaces calls of the files whose path matches. */
const inFiles =
  (pattern: RegExp, changes: (file: File, path: string) => Partial<File>): Wrap =>
  (files) =>
    spoilFiles(files, pattern, changes);

const nothing = async (): Promise<void> => undefined;
const isManifest = (path: string): boolean => path.endsWith('/manifest');

/** Makes every record of a log pass its check, as if nobody checked. */
function forgeChecksums(bytes: Uint8Array): void {
  const salt = saltOf(bytes);
  for (let at = LOG_HEADER_BYTES; at + RECORD_HEADER_BYTES <= bytes.length; ) {
    const end = at + RECORD_HEADER_BYTES + parseRecordHeader(bytes, at).length;
    if (end > bytes.length) return;
    const record = bytes.subarray(at, end);
    setCrc(record, crc32(coveredBytes(record), salt));
    at = end;
  }
}

export const plantedFaults: Readonly<Record<string, Wrap>> = {
  'logs are not synced': inFiles(/log-/, () => ({ sync: nothing })),
  'the files of a snapshot are not synced': inFiles(/snapshot-/, () => ({ sync: nothing })),
  'the manifest is not synced': inFiles(/manifest/, () => ({ sync: nothing })),
  'folders are not synced': planted(() => ({ syncFolder: nothing })),
  'records are acknowledged before their sync': inFiles(/log-/, (file) => {
    let late: Promise<void> = Promise.resolve();
    return {
      write: async (source, position) => {
        await late;
        await file.write(source, position);
      },
      sync: async () => {
        late = Promise.resolve()
          .then(() => Promise.resolve())
          .then(() => file.sync())
          .catch(() => undefined);
      },
    };
  }),
  'the manifest is switched before the files have their names': planted((below) => {
    let waiting: [string, string][] = [];
    return {
      rename: async (from, to) => {
        if (!isManifest(to)) {
          waiting.push([from, to]);
          return;
        }
        await below.rename(from, to);
        for (const [a, b] of waiting) await below.rename(a, b);
        waiting = [];
      },
    };
  }),
  'old logs are removed before the manifest is switched': planted((below) => ({
    rename: async (from, to) => {
      if (isManifest(to)) {
        const folder = to.slice(0, to.lastIndexOf('/'));
        const logs = (await below.list(folder)).filter((name) => name.startsWith('log-')).sort();
        for (const name of logs.slice(0, -1)) await below.remove(`${folder}/${name}`);
      }
      await below.rename(from, to);
    },
  })),
  'the old snapshot is removed before the manifest is switched': planted((below) => ({
    rename: async (from, to) => {
      const folder = to.slice(0, to.lastIndexOf('/'));
      if (isManifest(to)) {
        const names = (await below.list(folder)).filter((name) => name.startsWith('snapshot-'));
        for (const name of names.sort().slice(0, -2)) await below.remove(`${folder}/${name}`);
      }
      await below.rename(from, to);
    },
  })),
  'the manifest is written in its place': planted((below) => ({
    rename: async (from, to) => {
      if (!isManifest(to)) return await below.rename(from, to);
      const source = await below.open(from, 'read');
      const bytes = new Uint8Array(await source.size());
      await source.read(bytes, 0);
      await source.close();
      const target = await below.open(to, (await below.exists(to)) ? 'write' : 'create');
      await target.truncate(0);
      await target.write(bytes, 0);
      await target.sync();
      await target.close();
      await below.remove(from);
    },
  })),
  'checksums of records are not checked': inFiles(/log-/, (file) => ({
    read: async (target, position) => {
      const count = await file.read(target, position);
      if (position === LOG_HEADER_BYTES) {
        const whole = new Uint8Array(LOG_HEADER_BYTES + count);
        await file.read(whole, 0);
        forgeChecksums(whole);
        target.set(whole.subarray(LOG_HEADER_BYTES));
      }
      return count;
    },
  })),
  'a torn end is not cut': inFiles(/log-/, () => ({ truncate: nothing })),
  'a part of a long write is forgotten': inFiles(/log-/, (file) => ({
    write: (source, position) =>
      file.write(source.length > 900 ? source.subarray(0, 900) : source, position),
  })),
  'errors of writes are swallowed': inFiles(/log-/, (file) => ({
    write: (source, position) => file.write(source, position).catch(() => undefined),
    sync: () => file.sync().catch(() => undefined),
  })),
  'a failed sync is tried again': inFiles(/log-/, (file) => ({
    sync: () => file.sync().catch(() => file.sync()),
  })),
  'the log that is new is made without its name being kept': planted((below) => {
    let isNew = false;
    return {
      open: async (path, mode) => {
        isNew ||= mode === 'create' && path.includes('log-');
        return await below.open(path, mode);
      },
      syncFolder: async (path) => {
        if (!isNew) await below.syncFolder(path);
        isNew = false;
      },
    };
  }),
  'the lock is not freed': planted((below) => ({
    lock: async (folder) => {
      await below.lock(folder);
      return { release: nothing };
    },
  })),
  'the lock is given to everybody': planted(() => ({ lock: async () => ({ release: nothing }) })),
};
