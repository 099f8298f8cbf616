/**
 * Writes the tables into README.md and docs/benchmarks.md and the plots into docs/plots; with
 * `--check` changes nothing and fails when a file is not in step with the committed results.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { newestReports, RESULTS_FOLDER } from '../harness/report.ts';
import { documentUpdates } from './documents.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
const stale = documentUpdates(newestReports(RESULTS_FOLDER)).filter(
  ({ current, updated }) => current !== updated,
);
for (const { path, updated } of stale) {
  console.log(`${values.check === true ? 'not in step with the results' : 'updated'}: ${path}`);
  if (values.check === true) continue;
  mkdirSync(dirname(path), { recursive: true });
  if (updated === undefined) rmSync(path);
  else writeFileSync(path, updated);
}
if (stale.length === 0) console.log('all tables and plots are in step with the results');
if (values.check === true && stale.length > 0) process.exitCode = 1;
