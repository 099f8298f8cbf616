/**
 * What a collection must hold, kept outside of it: the writes that were begun, and the state after
 * each. Writes are numbered; a crash may leave any state from that after the last acknowledged
 * write to that after the last one that was begun, and nothing between two states.
 */
import type { Collection } from '@nigh/collection';
import { contradiction, difference, listDocuments } from './match.ts';
import { applyWrite, drawWrite, type State, type Write } from './writes.ts';

/** Differences that are told, of the states that a collection might be in. */
const MOST_DIFFERENCES = 4;

/** Writes and the states they lead to, from some state on. */
export class Ledger {
  readonly seed: number;
  /** The number of the first write. */
  readonly first: number;
  readonly #states: State[];
  /**
   * Writes that were acknowledged. Acknowledgements come out of order (a vector is linked after the
   * write is in); those before the highest count too, because the log keeps the order of writes:
   * what comes behind is never there without what came before.
   */
  acknowledged = 0;

  constructor(seed: number, first = 1, state: State = new Map()) {
    this.seed = seed;
    this.first = first;
    this.#states = [state];
  }

  /** Writes that were begun. */
  get begun(): number {
    return this.#states.length - 1;
  }

  /** Draws the next write, where none is given, and the state after it. */
  next(given?: Write): { readonly write: Write; readonly number: number } {
    const before = this.#states[this.begun] as State;
    const number = this.first + this.begun;
    const write = given ?? drawWrite(this.seed, number, before);
    this.#states.push(applyWrite(before, write, number));
    return { write, number };
  }

  /** Notes that write `number` was acknowledged. */
  acknowledge(number: number): void {
    this.acknowledged = Math.max(this.acknowledged, number - this.first + 1);
  }

  stateAfter(writes: number): State {
    return this.#states[writes] as State;
  }

  /**
   * How many writes a collection holds, from `least` to `most`; or what is wrong with it: it is in
   * none of the states it may be in, or contradicts itself.
   */
  async match(
    collection: Collection,
    least: number,
    most: number = this.begun,
  ): Promise<number | string> {
    const held = await listDocuments(collection);
    const differences: string[] = [];
    for (let writes = least; writes <= most; writes++) {
      const state = this.stateAfter(writes);
      const found = difference(held, state, this.seed);
      if (found === undefined) return (await contradiction(collection, state)) ?? writes;
      differences.push(`after ${writes} writes: ${found}`);
    }
    const some = differences.slice(0, MOST_DIFFERENCES).join('; ');
    return `${least} to ${most} writes may be there; ${some}`;
  }
}
