/**
 * One folder for everything that a run leaves behind on the disk, which goes when the run ends, in
 * whatever way. It is the temporary folder of the children too, so what a library puts into one
 * goes with it.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endChildren } from '../harness/child.ts';

/** Hands out folders in one. */
export class Temporary {
  readonly #root: string;
  #next = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** A new folder with a telling name. */
  folder(name: string): string {
    const path = join(this.#root, `${this.#next++}-${name.replaceAll(/[^\w.-]+/g, '-')}`);
    mkdirSync(path);
    return path;
  }

  /** Gives back what a folder takes, before the end. */
  remove(path: string): void {
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** From here on the end of this process ends its children and removes the folder. */
export function createTemporary(): Temporary {
  const root = mkdtempSync(join(tmpdir(), 'nigh-compare-'));
  const temporary = new Temporary(root);
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = root;
  process.once('exit', () => {
    endChildren();
    removeAtEnd(root);
  });
  // The exit code is what a shell says of a program that was interrupted or ended.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  return temporary;
}

const TRIES = 50;
const REST_MS = 100;

/** A child that was just ended may write to its last moment; what comes then goes next time. */
function removeAtEnd(root: string): void {
  let tries = 0;
  do {
    try {
      rmSync(root, { recursive: true, force: true });
    } catch {
      // Something came into a folder while it was emptied.
    }
    const next = performance.now() + REST_MS;
    while (performance.now() < next); // a process that exits turns no event loop
  } while (existsSync(root) && ++tries < TRIES);
}
