/** The one result file of the comparison: the newest takes the place of the one before. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESULTS_FOLDER, type Report, reportText } from '../harness/report.ts';

/** Writes `<date>-<commit>.json` into the results and removes the ones before. */
export function saveNewest(report: Report, folder: string = RESULTS_FOLDER): string {
  const day = report.date.slice(0, 10).replaceAll('-', '');
  const path = join(folder, `${day}-${report.machine.commit}.json`);
  const before = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name))
    .filter(
      (file) => (JSON.parse(readFileSync(file, 'utf8')) as Report).program === report.program,
    );
  writeTo(path, report);
  for (const file of before) if (file !== path) rmSync(file);
  return path;
}

export function writeTo(path: string, report: Report): void {
  writeFileSync(path, reportText(report));
  console.log(`\nwritten: ${path}`);
}
