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

/** Collections that processes are killed on at the same time. */
const LANES = 3;

const options = readOptions({ seed: 1, kills: 1000, writes: 100, errorWrites: 12 });
const { seed, kills, writes, errorWrites } = options;
const failures: string[] = [];
const note = (part: string, found: readonly string[]): number => {
  failures.push(...found.map((failure) => `${part}: ${failure}`));
  return found.length;
};
/** Seeds differ in precision and in who makes the checkpoints. */
const seeds = [seed, seed + 1, seed + 2];

console.log(`killing ${kills} processes …`);
const killed = await killProcesses({ kills, seed, lanes: LANES });
const killRow: Row = {
  'processes killed': Object.values(killed.kills).reduce((sum, count) => sum + count),
  'under load': killed.kills.load,
  'in checkpoints': killed.kills.checkpoint,
  compacting: killed.kills.compact,
  'closing and opening': killed.kills.reopen,
  'in recovery': killed.kills.recovery,
  'writes acknowledged': killed.acknowledged,
  failures: note('kills', killed.failures),
};

console.log(`cutting the power at every step of ${seeds.length} times ${writes} writes …`);
const cutRows: Row[] = [];
for (const durability of ['sync', 'os'] as const) {
  for (const each of durability === 'sync' ? seeds : [seed + 3]) {
    const report = await cutPower({ writes, seed: each, durability });
    cutRows.push({
      durability,
      seed: each,
      steps: report.steps,
      'power cuts': report.cuts,
      'in recovery': report.recoveryCuts,
      backups: report.backups,
      failures: note(`power cuts, ${durability}`, report.failures),
    });
  }
}

console.log(`failing every call of ${seeds.length} times ${errorWrites} writes …`);
const errorRows: Row[] = [];
for (const each of seeds) {
  const failed = await failCalls({ writes: errorWrites, seed: each });
  errorRows.push({
    seed: each,
    'calls failed': failed.runs,
    'errors with codes': failed.errors,
    failures: note('calls', failed.failures),
  });
}

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
for (const [fault, { check, find }] of Object.entries(PLANTED_FAULTS)) {
  const isFound = (await find()).length > 0;
  if (!isFound) note('planted', [`nobody noticed: ${fault}`]);
  faultRows.push({ planted: fault, check, found: isFound });
}

publish(
  {
    program: 'reliability',
    command: 'pnpm --filter @nigh/benchmarks run reliability',
    data: {
      description: 'documents of 8 components with metadata and text, written from a seed',
      seed,
    },
    parameters: { kills, writes, errorWrites },
    method: [
      'A ledger outside of the collection knows every write, and which were acknowledged. What ' +
        'is found after a crash must be the state after one of the writes, none before the last ' +
        'acknowledged one: whole batches, in their order. `verify` must find nothing.',
      'Kills: SIGKILL to a process that writes, at random; what it was about is what it had ' +
        'said last. In recovery: to the next process, while it opens what nobody has opened since.',
      'Power cuts: a simulated disk, cut before every call that changes it, with what was not ' +
        'synced kept, lost, torn, zeroed, only renamed, or any of it; every 25th cut is followed ' +
        'by cuts at every step of its recovery. Checkpoints, compacting and backups run while ' +
        'writes are on their way.',
      'Failed calls: each call of the file system fails with EIO, ENOSPC, EMFILE or a short ' +
        'write, once and from then on. Reads must go on behind a failed write, and no write may.',
      'Changed bytes: every byte of the snapshot, the log and the manifest, each with one bit ' +
        'changed, its highest bit changed, zero and 255; of a collection that was closed, and of ' +
        'one whose process was killed.',
      'Planted faults: the same checks, with a mistake below or above the collection.',
    ],
    tables: {
      kills: [killRow],
      'power cuts': cutRows,
      'failed calls': errorRows,
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
