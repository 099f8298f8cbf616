// The checks at the door: success first, a complete sentence on failure. Every package says with
// which error of its own they fail.

import { describe, detail, type ErrorDetails } from './errors.ts';

/** What is checked, and the error for when it is wrong. */
export interface Check {
  /** What the value is called in the message: `k`, `efSearch`. */
  readonly name: string;
  /** Makes the error: each package throws one of its own. */
  readonly error: (message: string, details: ErrorDetails) => Error;
}

function refuse(value: unknown, { name, error }: Check, expected: string): Error {
  return error(`${name} must be ${expected}; got ${describe(value)}`, {
    ...{ name, expected },
    got: detail(value),
  });
}

/** `value` as an integer in [min, max]. */
export function assertInteger(
  value: unknown,
  range: readonly [number, number],
  check: Check,
): number {
  const [min, max] = range;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw refuse(value, check, `an integer from ${min} to ${max}`);
}

/** `value` as a number in [min, max]. */
export function assertNumber(
  value: unknown,
  range: readonly [number, number],
  check: Check,
): number {
  const [min, max] = range;
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw refuse(value, check, `a number from ${min} to ${max}`);
}

/** `value` as a boolean. */
export function assertBoolean(value: unknown, check: Check): boolean {
  if (typeof value === 'boolean') return value;
  throw refuse(value, check, 'true or false');
}

/** `value` as text of at least one character. */
export function assertString(value: unknown, check: Check): string {
  if (typeof value === 'string' && value.length > 0) return value;
  throw refuse(value, check, 'a non-empty string');
}

/** `value` as one of `choices`. */
export function assertChoice<T extends string>(
  value: unknown,
  choices: readonly T[],
  check: Check,
): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw refuse(value, check, `one of ${choices.map((choice) => `'${choice}'`).join(', ')}`);
}

/** `value` as an object with no keys but `known`; undefined counts as empty. */
export function assertOptions(
  value: unknown,
  known: readonly string[],
  check: Check,
): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuse(value, check, 'an object');
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return value as Readonly<Record<string, unknown>>;
  throw check.error(
    `${check.name} know no '${unknown.slice(0, 80)}'; they are ${known.join(', ')}`,
    { name: unknown.slice(0, 80), expected: known },
  );
}
