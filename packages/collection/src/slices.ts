// Long work on the thread of the event loop, cut into slices: between two of them others have their
// turn.

import { nextTurn } from '@nigh/base';

/** Milliseconds of work after which others have their turn. */
const SLICE_MS = 8;

export class Slices {
  #began: number = performance.now();

  /** Gives the event loop a turn when this slice has lasted long enough. */
  async rest(): Promise<void> {
    if (performance.now() - this.#began < SLICE_MS) return;
    await nextTurn();
    this.#began = performance.now();
  }
}
