// One writer per folder, without native code: whoever made the file `lock-N` of the highest N has
// the folder. Numbers never go down: a lock is released by writing over its content that it is
// free, which needs no space on the disk, and only a holder removes lower ones. A lock whose
// process is gone counts as free, so that nobody has to clean up after a kill. A process is known
// by its number, its time of start and the boot: numbers are given anew.

import { link, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import { unpredictable } from '@nigh/base';
import { StorageError, StorageErrorCode, systemCode } from './errors.ts';
import type { Lock } from './file-system.ts';

interface Holder {
  readonly pid: number;
  readonly start: string;
  readonly boot: string;
  readonly thread: number;
}

type Content = Holder | 'free' | 'unreadable';

const NAME = /^lock-(\d{1,15})$/;
const TEMPORARY = /^lock-\d{1,15}\.\d+\.\d+\.\d+\.tmp$/;
/** Rounds of taking a lock that others take and free at the same time. */
const MAX_ROUNDS = 100;
/** How long a file without content may be one that is being written, where links are unknown. */
const UNREADABLE_MS = 400;
const LOOK_AGAIN_MS = 40;

const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
const remove = (path: string): Promise<void> => unlink(path).catch(() => undefined);
const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** State and time of start of a process as Linux tells them; empty where it does not. */
async function statusOf(pid: number | 'self'): Promise<{ state: string; start: string }> {
  const text = await textOf(`/proc/${pid}/stat`);
  // The second field is a name in brackets, which may hold blanks and brackets itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', start: fields[19] ?? '' };
}

async function myself(): Promise<Holder> {
  const { start } = await statusOf('self');
  const boot = (await textOf('/proc/sys/kernel/random/boot_id')).trim();
  return { pid: process.pid, start, boot, thread: threadId };
}

async function isAlive(holder: Holder, me: Holder): Promise<boolean> {
  // Not everybody may read it (Deno only with all permissions): unknown is not another one.
  if (holder.boot !== me.boot && holder.boot !== '' && me.boot !== '') return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false; // EPERM: it lives, and is somebody else's
  }
  const { state, start } = await statusOf(holder.pid);
  if (start === '' || holder.start === '') return true;
  // A zombie holds no files any more; it waits for its parent to look at it.
  return start === holder.start && state !== 'Z' && state !== 'X';
}

function parse(text: string): Content {
  try {
    const { free, pid, start, boot, thread } = JSON.parse(text);
    if (free === true) return 'free';
    if (!Number.isInteger(pid) || pid <= 0) return 'unreadable';
    return { pid, start: String(start), boot: String(boot), thread: Number(thread) };
  } catch {
    return 'unreadable';
  }
}

/** Undefined when the file is gone: there is a higher one by now. */
async function contentOf(path: string): Promise<Content | undefined> {
  for (let waited = 0; ; waited += LOOK_AGAIN_MS) {
    let content: Content;
    try {
      content = parse(await readFile(path, 'utf8'));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
    // A power cut may leave a lock without its content.
    if (content !== 'unreadable' || waited >= UNREADABLE_MS) return content;
    await wait(LOOK_AGAIN_MS);
  }
}

const numberOf = (name: string): number => Number(NAME.exec(name)?.[1] ?? 0);

let temporaryCount = 0;

async function writeTemporary(path: string, text: string): Promise<string> {
  temporaryCount++;
  const temporary = `${path}.${process.pid}.${threadId}.${temporaryCount}.tmp`;
  await writeWhole(temporary, 'w', text);
  return temporary;
}

/** Makes a file, or leaves none: one without its content would have to be waited for. */
async function writeWhole(path: string, flags: 'w' | 'wx', text: string): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.writeFile(text).finally(() => file.close());
  } catch (error) {
    await remove(path);
    throw error;
  }
}

/** Makes a file with its content at once; false when somebody else has made it. */
async function createWhole(path: string, text: string): Promise<boolean> {
  const temporary = await writeTemporary(path, text);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST' || code === 'ENOENT') return false; // or a holder cleaned up
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(String(code))) throw error;
    return await createBare(path, text);
  } finally {
    await remove(temporary);
  }
}

/** For file systems that have no links: for a moment the file is there without its content. */
async function createBare(path: string, text: string): Promise<boolean> {
  try {
    await writeWhole(path, 'wx', text);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function lockedError(folder: string, holder: Holder): StorageError {
  const { pid, thread } = holder;
  return new StorageError(
    StorageErrorCode.locked,
    `${folder} is open in process ${pid}; a folder has one writer at a time: close it there first`,
    { folder, pid, thread },
  );
}

/** A lock that was taken: its file, and what is in it. */
interface Taken {
  readonly path: string;
  readonly text: string;
}

/** Takes the next number when the highest is free; undefined when others were faster. */
async function tryLock(folder: string, me: Holder): Promise<Taken | undefined> {
  const highest = Math.max(0, ...(await readdir(folder)).map(numberOf));
  if (highest > 0) {
    const holder = await contentOf(join(folder, `lock-${highest}`));
    if (holder === undefined) return undefined;
    if (typeof holder === 'object' && (await isAlive(holder, me))) {
      throw lockedError(folder, holder);
    }
  }
  const mine = highest + 1;
  const path = join(folder, `lock-${mine}`);
  const text = JSON.stringify({ ...me, key: unpredictable() });
  if (!(await createWhole(path, text))) return undefined;
  try {
    const names = await readdir(folder);
    // A lower number may have been free because its holder and those after it came and went.
    if (names.every((name) => numberOf(name) <= mine)) {
      await removeOthers(folder, names, mine);
      return { path, text };
    }
  } catch (error) {
    // The number before is still there, so this one goes without numbers going down.
    await remove(path);
    throw error;
  }
  await remove(path);
  return undefined;
}

async function removeOthers(folder: string, names: readonly string[], mine: number): Promise<void> {
  for (const name of names) {
    const isLower = NAME.test(name) && numberOf(name) < mine;
    if (isLower || TEMPORARY.test(name)) await remove(join(folder, name));
  }
}

/**
 * Writes over the content that the lock is free: as many bytes, so that a full disk has room for
 * them. Whoever reads half of it finds it unreadable, and looks again.
 */
async function free({ path, text }: Taken): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      // The folder may have been removed and made again, and this be the lock of somebody else.
      if ((await file.readFile('utf8')) !== text) return;
      const bytes = new TextEncoder().encode('{"free":true}'.padEnd(text.length));
      await file.write(bytes, 0, bytes.length, 0);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error; // the folder is gone, and the lock with it
  }
}

/** Rejects with `LOCKED` while a process that lives, this one too, has the folder. */
export async function lockFolder(folder: string): Promise<Lock> {
  const whole = resolve(folder);
  const me = await myself();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const taken = await tryLock(whole, me);
    if (taken === undefined) continue;
    let released: Promise<void> | undefined;
    const release = async (): Promise<void> => {
      released ??= free(taken);
      try {
        await released;
      } catch (error) {
        released = undefined; // to be tried again
        throw error;
      }
    };
    return { release };
  }
  throw new StorageError(
    StorageErrorCode.locked,
    `${folder} is taken and freed all the time by others; try again`,
    { folder },
  );
}
