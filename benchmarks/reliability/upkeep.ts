/** What a workload does between its writes: checkpoints, compacting, closing and opening again. */
import type { Collection } from '@nigh/collection';
import { Random } from '@nigh/testkit';

export type Upkeep = 'checkpoint' | 'compact' | 'reopen';

/** A stream of random numbers that no write draws from. */
const STREAM = 1_000_000;

/** What is done behind write number `number`, mostly nothing. */
export function drawUpkeep(seed: number, number: number): Upkeep | undefined {
  const draw = new Random(seed, STREAM + number).uniform();
  if (draw < 0.06) return 'checkpoint';
  if (draw < 0.075) return 'compact';
  return draw < 0.095 ? 'reopen' : undefined;
}

/** Does it; the collection to go on with. */
export async function performUpkeep(
  upkeep: Upkeep,
  collection: Collection,
  open: () => Promise<Collection>,
): Promise<Collection> {
  if (upkeep !== 'reopen') {
    await collection[upkeep]();
    return collection;
  }
  await collection.close();
  return open();
}
