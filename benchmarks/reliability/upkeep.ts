/** What a workload does between its writes, and while some of them are on their way. */
import { Random } from '@nigh/testkit';

export type Upkeep = 'checkpoint' | 'compact' | 'backup' | 'reopen';

/** A stream of random numbers that no write draws from. */
const STREAM = 1_000_000;

/** What is begun behind write number `number`, mostly nothing. */
export function drawUpkeep(seed: number, number: number): Upkeep | undefined {
  const draw = new Random(seed, STREAM + number).uniform();
  if (draw < 0.06) return 'checkpoint';
  if (draw < 0.08) return 'compact';
  if (draw < 0.1) return 'backup';
  return draw < 0.12 ? 'reopen' : undefined;
}

/** Writes that are on their way together, at most. */
export const MOST_IN_FLIGHT = 3;

/**
 * Lets a write get somewhere before the next: nowhere, into the log, or into the contents, so that
 * some are logged together and some while others are applied.
 */
export async function pause(seed: number, number: number): Promise<void> {
  const draw = new Random(seed, 2 * STREAM + number).integer(0, 3);
  if (draw === 1) await Promise.resolve();
  if (draw === 2) await new Promise((resolve) => setImmediate(resolve));
}
