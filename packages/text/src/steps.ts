// Long work that can be done at once, or with turns of the event loop for others in between: a
// generator that yields every so often.

export type Steps<T> = Generator<undefined, T>;

/** Elements that are gone through between two steps: some tenths of a millisecond. */
export const STEP_ELEMENTS: number = 2 ** 14;

export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Says when enough has been done for a step, where the pieces of work are of different sizes. */
export class StepCount {
  #left: number = STEP_ELEMENTS;

  /** Whether a step has been done with this piece. A piece of nothing is counted as well. */
  isDue(elements: number): boolean {
    this.#left -= elements + 1;
    if (this.#left > 0) return false;
    this.#left = STEP_ELEMENTS;
    return true;
  }
}
