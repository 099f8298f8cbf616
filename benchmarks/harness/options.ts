/**
 * Command-line options of the programs: every parameter is a number with a default, or a text that
 * is left out by default, and `--save` commits the result. A run with changed parameters is for
 * looking, so it cannot be saved.
 */
import { parseArgs } from 'node:util';

export type Options<Name extends string, Text extends string> = Record<Name, number> &
  Partial<Record<Text, string>> & { readonly save: boolean };

/**
 * Reads `--name number` for every name in `defaults`, `--text value` for every one of `texts`, and
 * `--save`.
 * @throws when an option is unknown or not a number, or when `--save` comes with changed ones.
 */
export function readOptions<Name extends string, Text extends string = never>(
  defaults: Readonly<Record<Name, number>>,
  texts: readonly Text[] = [],
  args: readonly string[] = process.argv.slice(2),
): Options<Name, Text> {
  const names = Object.keys(defaults) as Name[];
  const all = [...names, ...texts];
  const strings = Object.fromEntries(all.map((name) => [name, { type: 'string' as const }]));
  const parsed = parseArgs({
    args: [...args],
    options: { ...strings, save: { type: 'boolean' } },
  });
  const values: Readonly<Record<string, unknown>> = parsed.values;
  const given = all.filter((name) => values[name] !== undefined);
  const save = values.save === true;
  if (save && given.length > 0) {
    throw new Error(`--save keeps only runs with the defaults; leave out --${given.join(', --')}`);
  }
  const numbers = names.map((name) => [name, readNumber(name, values[name], defaults[name])]);
  const rest = texts.flatMap((name) => (given.includes(name) ? [[name, values[name]]] : []));
  return { ...Object.fromEntries([...numbers, ...rest]), save } as Options<Name, Text>;
}

function readNumber(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!Number.isFinite(number)) throw new Error(`--${name} expects a number, got ${String(value)}`);
  return number;
}
