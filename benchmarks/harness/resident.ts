/**
 * What this process occupies, as the kernel counts it. Linux only: it reads /proc/self. Start the
 * process with --expose-gc and a small young generation, whose growth would be most of it.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** Flags of the runtime of a process that is to be read. */
export const READABLE: readonly string[] = ['--expose-gc', '--max-semi-space-size=1'];

/**
 * Environment of one that frees large buffers in between: left to itself, the C library begins to
 * keep buffers of up to 32 MB once some were freed.
 */
export const READABLE_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: '131072',
};

/** Growth of the resident set since a first reading, and its highest, in bytes. */
export interface Growth {
  readonly grown: number;
  readonly peak: number;
  /** Resident set of the whole process at the second reading. */
  readonly resident: number;
}

/** Collects garbage, starts the peak anew and returns the resident set in bytes. */
export function startReading(): number {
  collectGarbage();
  writeFileSync('/proc/self/clear_refs', '5');
  return residentBytes();
}

export function finishReading(before: number): Growth {
  const peak = kibibytesOf('/proc/self/status', 'VmHWM') * 1024 - before;
  collectGarbage();
  const resident = residentBytes();
  return { grown: resident - before, peak, resident };
}

/** The resident set as it is, garbage that nobody collected included. */
export function residentBytes(): number {
  return kibibytesOf('/proc/self/smaps_rollup', 'Rss') * 1024;
}

function kibibytesOf(file: string, field: string): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'));
  if (match === null) throw new Error(`${file} has no field ${field}`);
  return Number(match[1]);
}

function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('start this program with --expose-gc');
  globalThis.gc();
  globalThis.gc();
}
