/**
 * Changes bytes of a collection's files, one at a time and each in four ways, and opens it: an
 * error with a code, or, for the end of a log, the state before that record and a report of what
 * was cut. Never other documents, a crash or a hang.
 */
import { NighError } from '@nigh/base';
import { Collection } from '@nigh/collection';
import { VectorIndexError } from '@nigh/core';
import { Random, SimulatedDisk } from '@nigh/testkit';
import { Ledger, OPEN_OPTIONS, perform } from './ledger.ts';
import { FOLDER } from './power-cuts.ts';

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

const [BEFORE, AFTER] = [40, 15];
const MOST_FAILURES = 20;

/** A small collection with a snapshot and a log behind it. */
async function createFiles(ledger: Ledger): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk({ seed: ledger.seed });
  const collection = await Collection.open(FOLDER, { ...OPEN_OPTIONS, files: disk });
  for (let i = 0; i < BEFORE + AFTER; i++) {
    if (i === BEFORE) await collection.checkpoint();
    const { write, number } = ledger.next();
    await perform(collection, write, number);
    ledger.acknowledge(number);
  }
  await collection.close();
  return disk;
}

/** The lock of a collection that is closed says nothing that matters. */
const isData = (name: string): boolean => !name.startsWith('lock');

type Outcome = 'refused' | 'cut' | { readonly failure: string };

async function openDamaged(disk: SimulatedDisk, ledger: Ledger): Promise<Outcome> {
  let collection: Collection;
  try {
    collection = await Collection.open(FOLDER, { ...OPEN_OPTIONS, files: disk });
  } catch (error) {
    const isTyped = error instanceof NighError || error instanceof VectorIndexError;
    return isTyped ? 'refused' : { failure: `an error without a code: ${String(error)}` };
  }
  const found = await ledger.match(collection, 0);
  const { droppedBytes } = collection.stats().recovery ?? { droppedBytes: 0 };
  await collection.close();
  if (typeof found === 'string') return { failure: found };
  if (droppedBytes > 0) return 'cut';
  return { failure: `not noticed: ${found} of ${ledger.begun} writes` };
}

/** Damages the files of a collection byte by byte. */
export async function damageFiles({ seed, bytes }: Damage): Promise<DamageReport> {
  const ledger = new Ledger(seed);
  const whole = await createFiles(ledger);
  const files = whole.names(FOLDER).filter(isData);
  const places = files.flatMap((name) => {
    const { length } = whole.bytesOf(`${FOLDER}/${name}`);
    return Array.from({ length }, (_, offset) => ({ name, offset }));
  });
  const random = new Random(seed, 3);
  const chosen =
    bytes === undefined
      ? places
      : Array.from({ length: bytes }, () => places[random.integer(0, places.length)]);
  const report = { changes: 0, refused: 0, cut: 0 };
  const failures: string[] = [];
  for (const place of chosen) {
    if (!place) continue;
    const path = `${FOLDER}/${place.name}`;
    const original = whole.bytesOf(path);
    for (const [i, change] of CHANGES.entries()) {
      const byte = original[place.offset] as number;
      if (change(byte) === byte) continue;
      const disk = whole.image('kept');
      const damaged = original.slice();
      damaged[place.offset] = change(byte);
      disk.place(path, damaged);
      report.changes++;
      const outcome = await openDamaged(disk, ledger);
      if (outcome === 'refused') report.refused++;
      else if (outcome === 'cut') report.cut++;
      else if (failures.length < MOST_FAILURES) {
        failures.push(`byte ${place.offset} of ${place.name}, change ${i}: ${outcome.failure}`);
      }
    }
  }
  return { fileBytes: places.length, ...report, failures };
}
