/**
 * Writes the tables into README.md and docs/benchmarks.md; with `--check` changes nothing and fails
 * when a document is not in step with the committed results.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { newestReports, RESULTS_FOLDER } from '../harness/report.ts';
import { documentUpdates } from './documents.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
const stale = documentUpdates(newestReports(RESULTS_FOLDER)).filter(
  ({ current, updated }) => current !== updated,
);
for (const { path, updated } of stale) {
  console.log(`${values.check === true ? 'not in step with the results' : 'updated'}: ${path}`);
  if (values.check !== true) writeFileSync(path, updated);
}
if (stale.length === 0) console.log('all tables are in step with the results');
if (values.check === true && stale.length > 0) process.exitCode = 1;
