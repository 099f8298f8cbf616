// What a run of checks says, one line of JSON each.

import type { Check, Checks } from './check.ts';

/** What became of a check; `fact` must be the same in every runtime. */
export interface Report {
  readonly check: string;
  readonly milliseconds: number;
  readonly fact?: string;
  readonly error?: string;
}

async function run(check: Check, folder: string): Promise<Pick<Report, 'fact' | 'error'>> {
  try {
    const fact = await check(folder);
    return fact === undefined ? {} : { fact };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Runs one check after another. */
export async function* lines(checks: Checks, folder: string): AsyncGenerator<string> {
  for (const [name, check] of Object.entries(checks)) {
    const start = performance.now();
    const outcome = await run(check, folder);
    const milliseconds = Math.round(performance.now() - start);
    const report: Report = { check: name, milliseconds, ...outcome };
    yield JSON.stringify(report);
  }
}
