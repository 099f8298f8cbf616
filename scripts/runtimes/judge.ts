// What is wrong with what the portable suite printed on a runtime.

import type { Report } from './checks/report.ts';

/** The last line of a suite: some runtimes end quietly when nobody can settle a promise. */
export const END = 'that was all';

/** By check, what the first runtime said that told a fact: all others must say the same. */
export type Facts = Map<string, string>;

function judgeReport(
  { check, fact, error }: Report,
  mayFail: boolean,
  facts: Facts,
): string | undefined {
  if (error !== undefined) return mayFail ? undefined : `${check}: ${error}`;
  if (mayFail) return `${check}: works, and is said not to (expected.ts)`;
  if (fact === undefined) return undefined;
  const known = facts.get(check) ?? fact;
  facts.set(check, known);
  return fact === known ? undefined : `${check}: ${fact}, elsewhere ${known}`;
}

/** Judges the output of a run whose checks named in `failing` must fail, all others not. */
export function judge(stdout: string, failing: readonly string[], facts: Facts): string[] {
  const lines = stdout.trim().split('\n');
  const reports = lines
    .filter((line) => line.startsWith('{'))
    .map((line): Report => JSON.parse(line));
  const wrong = reports.map((report) => judgeReport(report, failing.includes(report.check), facts));
  if (lines.at(-1) !== END) wrong.push('ended before its last check');
  return wrong.filter((problem) => problem !== undefined);
}
