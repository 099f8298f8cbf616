// Random sequences of calls on a collection and on a plain Map, which must agree after each of
// them: what is listed, found by vector, text and both, and what is there after a checkpoint, a
// power cut, a backup. Sequences shrink; NIGH_SEED repeats a run, NIGH_RUNS makes more of them.

import type { Metric } from '@nigh/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlainSchema } from '../support/plain.ts';
import { KEEP_COMMANDS } from './commands/keep.ts';
import { type Command, type Model, openNew, type Real } from './commands/model.ts';
import { SEARCH_COMMANDS } from './commands/search.ts';
import { WRITE_COMMANDS } from './commands/write.ts';

const SEED = Number(process.env.NIGH_SEED ?? 1);
const RUNS = Number(process.env.NIGH_RUNS ?? 200);

const schemas: fc.Arbitrary<PlainSchema> = fc.record({
  dimension: fc.constantFrom(2, 3),
  metric: fc.constantFrom<Metric>('l2', 'cosine', 'dot'),
  hasVectors: fc.constantFrom(true, true, true, false),
  hasText: fc.constantFrom(true, true, true, false),
});

const commands = fc.commands<Model, Real, true>(
  [...WRITE_COMMANDS, ...WRITE_COMMANDS, ...SEARCH_COMMANDS, ...KEEP_COMMANDS],
  { maxCommands: 24, size: 'max' },
);

test('a collection agrees with a plain Map under any sequence of calls', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ schema: schemas, isStored: fc.constantFrom(true, true, false) }),
      fc.constantFrom(undefined, 500, 5000),
      commands,
      async ({ schema, isStored }, checkpointAt, sequence) => {
        const options = checkpointAt === undefined ? {} : { checkpointAt };
        const real = await openNew(schema, isStored, options);
        const model: Model = { schema, documents: new Map() };
        await fc.asyncModelRun(() => ({ model, real }), sequence as Iterable<Command>);
        await real.collection.close();
        expect(real.collection.path).toBe(real.path);
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
});
