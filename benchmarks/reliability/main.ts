/**
 * The proof that collections lose nothing: processes killed, power cut, calls failed, bytes
 * changed; and mistakes planted on purpose, which the same checks must find. Ends with 1 when
 * anything went wrong. `npm test` runs a short version.
 */
import { readOptions } from '../harness/options.ts';
import { publish, type Row } from '../harness/report.ts';
import { type DamageReport, damageFiles } from './damage.ts';
import { PLANTED_FAULTS } from './faults.ts';
import { failCalls } from './file-errors.ts';
import { killProcesses } from './kills.ts';
import { cutPower } from './power-cuts.ts';

const options = readOptions({ seed: 1, kills: 1000, writes: 300, errorWrites: 40, cutWrites: 60 });
const { seed, kills, writes, errorWrites, cutWrites } = options;
const failures: string[] = [];
const note = (part: string, found: readonly string[]): number => {
  failures.push(...found.map((failure) => `${part}: ${failure}`));
  return found.length;
};

console.log(`killing ${kills} processes …`);
const killed = await killProcesses({ kills, seed });
const killRow: Row = {
  'processes killed': killed.load + killed.checkpoint + killed.recovery,
  'under load': killed.load,
  'in checkpoints': killed.checkpoint,
  'in recovery': killed.recovery,
  'writes acknowledged': killed.acknowledged,
  failures: note('kills', killed.failures),
};

console.log(`cutting the power at every step of ${writes} writes …`);
const cut = await cutPower({ writes, seed });
const unsynced = await cutPower({ writes: cutWrites, seed: seed + 1, durability: 'os' });
const cutRows: Row[] = [['sync', cut] as const, ['os', unsynced] as const].map(
  ([durability, report]) => ({
    durability,
    steps: report.steps,
    'power cuts': report.cuts,
    'in recovery': report.recoveryCuts,
    failures: note(`power cuts, ${durability}`, report.failures),
  }),
);

console.log(`failing every call of ${errorWrites} writes …`);
const failed = await failCalls({ writes: errorWrites, seed });
const errorRow: Row = {
  'calls failed': failed.runs,
  'errors with codes': failed.errors,
  failures: note('calls', failed.failures),
};

console.log('changing every byte …');
const damaged: DamageReport = await damageFiles({ seed });
const damageRow: Row = {
  'bytes of files': damaged.fileBytes,
  changes: damaged.changes,
  refused: damaged.refused,
  'cut as the end of a log': damaged.cut,
  failures: note('bytes', damaged.failures),
};

console.log('planting faults …');
const faultRows: Row[] = [];
for (const [fault, { spoil, durability }] of Object.entries(PLANTED_FAULTS)) {
  const { failures: found } = await cutPower({
    ...{ writes: cutWrites, seed },
    ...(spoil && { spoil }),
    ...(durability && { durability, expected: 'sync' }),
  });
  if (found.length === 0) note('planted', [`nobody noticed: ${fault}`]);
  faultRows.push({ planted: fault, found: found.length > 0 });
}

publish(
  {
    program: 'reliability',
    command: 'npm run reliability --workspace benchmarks',
    data: {
      description: 'documents of 8 components with metadata and text, written from a seed',
      seed,
    },
    parameters: { kills, writes, errorWrites, cutWrites },
    method: [
      'A ledger outside of the collection knows every write, and which were acknowledged. What ' +
        'is found after a crash must be the state after one of the writes, none before the last ' +
        'acknowledged one: whole batches, in their order. `verify` must find nothing.',
      'Kills: SIGKILL to a process that writes, at a random time; the next process goes on with ' +
        'what is left.',
      'Power cuts: a simulated disk, cut before every call that changes it, with what was not ' +
        'synced kept, lost, torn, zeroed, only renamed, or any of it; every 25th cut is followed ' +
        'by cuts at every step of its recovery.',
      'Failed calls: each call of the file system fails with EIO, ENOSPC, EMFILE or a short ' +
        'write, once and from then on.',
      'Changed bytes: every byte of the snapshot, the log and the manifest, each with one bit ' +
        'changed, its highest bit changed, zero and 255.',
      'Planted faults: the power cuts, with a mistake between the collection and the disk.',
    ],
    tables: {
      kills: [killRow],
      'power cuts': cutRows,
      'failed calls': [errorRow],
      'changed bytes': [damageRow],
      'planted faults': faultRows,
    },
    comparisons: [],
    goals: [
      {
        goal: 'failures of all kinds',
        measured: failures.length,
        required: 0,
        direction: 'at most',
      },
    ],
  },
  options.save,
);
for (const failure of failures) console.error(failure);
process.exitCode = failures.length > 0 ? 1 : 0;
