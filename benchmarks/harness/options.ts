/**
 * Command-line options of the programs: every parameter is a number with a default, and `--save`
 * commits the result. A run with changed parameters is for looking, so it cannot be saved.
 */
import { parseArgs } from 'node:util';

/**
 * Reads `--name number` for every name in `defaults`, and `--save`.
 * @throws when an option is unknown or not a number, or when `--save` comes with changed ones.
 */
export function readOptions<Name extends string>(
  defaults: Readonly<Record<Name, number>>,
): Record<Name, number> & { save: boolean } {
  const names = Object.keys(defaults) as Name[];
  const strings = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const parsed = parseArgs({ options: { ...strings, save: { type: 'boolean' } } });
  const values: Readonly<Record<string, unknown>> = parsed.values;
  const given = names.filter((name) => values[name] !== undefined);
  const save = values.save === true;
  if (save && given.length > 0) {
    throw new Error(`--save keeps only runs with the defaults; leave out --${given.join(', --')}`);
  }
  const numbers = names.map((name) => [name, readNumber(name, values[name], defaults[name])]);
  return { ...(Object.fromEntries(numbers) as Record<Name, number>), save };
}

function readNumber(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!Number.isFinite(number)) throw new Error(`--${name} expects a number, got ${String(value)}`);
  return number;
}
