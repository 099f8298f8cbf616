/**
 * Changes bytes of a collection's files, one at a time and each in four ways, and opens it: an
 * error with a code, or a report of what was cut off the end of the log. Of a collection that was
 * closed that is no write: its log ends with a mark. Of one whose process was killed it is the last
 * group of writes at most, which went to the disk together and has nothing behind it that proves
 * it. Never other documents, a crash or a hang.
 */
import { NighError } from '@nigh/base';
import { Collection } from '@nigh/collection';
import { VectorIndexError } from '@nigh/core';
import type { FileSystem } from '@nigh/storage';
import { Random, SimulatedDisk } from '@nigh/testkit';
import { Ledger } from './ledger.ts';
import { FOLDER } from './power-cuts.ts';
import { openOptions, perform } from './writes.ts';

/** What becomes of a byte. */
const CHANGES: readonly ((byte: number) => number)[] = [
  (byte) => byte ^ 0x01,
  (byte) => byte ^ 0x80,
  () => 0x00,
  () => 0xff,
];

export interface Damage {
  readonly seed: number;
  /** Bytes that are changed, drawn at random; all of them by default. */
  readonly bytes?: number;
  /** Reads that do something wrong on purpose; `whole` is the disk before the damage. */
  readonly spoil?: (disk: FileSystem, whole: FileSystem) => FileSystem;
}

export interface DamageReport {
  readonly fileBytes: number;
  /** Changes that were made: those that leave a byte as it was are none. */
  readonly changes: number;
  /** Found by an error with a code. */
  readonly refused: number;
  /** Cut as the end of a log, and reported. */
  readonly cut: number;
  readonly failures: readonly string[];
}

const MOST_FAILURES = 20;
/** Writes before the checkpoint, after it, and those that go to the log together at the end. */
const [BEFORE, AFTER, GROUP] = [28, 15, 3];
/** The number of the first write: none from here on is large, so that the files are small. */
const FIRST = 55;

/** A small collection with a snapshot and a log behind it; how many writes a cut must leave. */
interface Image {
  readonly disk: SimulatedDisk;
  readonly ledger: Ledger;
  readonly least: number;
}

async function writeNext(collection: Collection, ledger: Ledger, keys?: string[]): Promise<void> {
  const { write, number } = ledger.next(keys && { kind: 'upsert', keys });
  await perform(collection, write, number);
  ledger.acknowledge(number);
}

/** A collection that was closed, or whose process was killed when its last group was written. */
async function createImage(seed: number, isClosed: boolean): Promise<Image> {
  const disk = new SimulatedDisk({ seed });
  const ledger = new Ledger(seed, FIRST);
  const { checkpointAt: _, ...options } = openOptions(seed);
  const collection = await Collection.open(FOLDER, { ...options, files: disk.process() });
  for (let i = 0; i < BEFORE; i++) await writeNext(collection, ledger);
  await collection.checkpoint();
  for (let i = 0; i < AFTER; i++) await writeNext(collection, ledger);
  if (isClosed) {
    await collection.close();
    return { disk, ledger, least: ledger.begun };
  }
  const group = Array.from({ length: GROUP }, (_, i) => {
    return writeNext(collection, ledger, [`k${i}`, `k${i + GROUP}`]);
  });
  await Promise.all(group);
  disk.kill();
  await collection.close().catch(() => undefined);
  return { disk, ledger, least: ledger.begun - GROUP };
}

/** The lock of a collection that is closed says nothing that matters. */
const isData = (name: string): boolean => !name.startsWith('lock');

type Outcome = 'refused' | 'cut' | { readonly failure: string };

async function openDamaged(files: FileSystem, { ledger, least }: Image): Promise<Outcome> {
  let collection: Collection;
  try {
    collection = await Collection.open(FOLDER, { ...openOptions(ledger.seed), files });
  } catch (error) {
    const isTyped = error instanceof NighError || error instanceof VectorIndexError;
    return isTyped ? 'refused' : { failure: `an error without a code: ${String(error)}` };
  }
  const found = await ledger.match(collection, least);
  const { droppedBytes } = collection.stats().recovery ?? { droppedBytes: 0 };
  await collection.close();
  if (typeof found === 'string') return { failure: found };
  if (droppedBytes > 0) return 'cut';
  return { failure: `not noticed: ${found} of ${ledger.begun} writes` };
}

/** Some bytes of the files, or all. */
function choosePlaces(
  disk: SimulatedDisk,
  { seed, bytes }: Damage,
): { readonly name: string; readonly offset: number }[] {
  const places = disk
    .names(FOLDER)
    .filter(isData)
    .flatMap((name) => {
      const { length } = disk.bytesOf(`${FOLDER}/${name}`);
      return Array.from({ length }, (_, offset) => ({ name, offset }));
    });
  if (bytes === undefined) return places;
  const random = new Random(seed, 3);
  return Array.from({ length: bytes }, () => {
    return places[random.integer(0, places.length)] as (typeof places)[0];
  });
}

interface Counts {
  fileBytes: number;
  changes: number;
  refused: number;
  cut: number;
  readonly failures: string[];
}

/** Changes a byte in all ways, and opens what comes of each. */
async function damageByte(
  image: Image,
  { name, offset }: { readonly name: string; readonly offset: number },
  { counts, spoil }: { readonly counts: Counts; readonly spoil: Damage['spoil'] },
): Promise<void> {
  const path = `${FOLDER}/${name}`;
  const original = image.disk.bytesOf(path);
  const byte = original[offset] as number;
  for (const [i, change] of CHANGES.entries()) {
    if (change(byte) === byte) continue;
    const disk = image.disk.image('kept');
    const damaged = original.slice();
    damaged[offset] = change(byte);
    disk.place(path, damaged);
    counts.changes++;
    const outcome = await openDamaged(spoil?.(disk, image.disk.image('kept')) ?? disk, image);
    if (outcome === 'refused') counts.refused++;
    else if (outcome === 'cut') counts.cut++;
    else if (counts.failures.length < MOST_FAILURES) {
      counts.failures.push(`byte ${offset} of ${name}, change ${i}: ${outcome.failure}`);
    }
  }
}

/** Damages the files of two collections byte by byte. */
export async function damageFiles(damage: Damage): Promise<DamageReport> {
  const counts: Counts = { fileBytes: 0, changes: 0, refused: 0, cut: 0, failures: [] };
  for (const isClosed of [true, false]) {
    const image = await createImage(damage.seed, isClosed);
    const places = choosePlaces(image.disk, damage);
    counts.fileBytes += places.length;
    for (const place of places) await damageByte(image, place, { counts, spoil: damage.spoil });
  }
  return counts;
}
