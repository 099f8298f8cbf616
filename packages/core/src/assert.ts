// The checks at the door: success first, a complete sentence on failure. Nothing behind the door
// checks its arguments again.

import { describe, detail, ErrorCode, VectorIndexError } from './errors.ts';

/** Who is to blame, for the message and the code. */
export interface Blame {
  readonly code: ErrorCode;
  readonly name: string;
}

export function option(name: string): Blame {
  return { code: ErrorCode.invalidOption, name };
}

export function argument(name: string): Blame {
  return { code: ErrorCode.invalidArgument, name };
}

/** `value` as an integer in [min, max]. */
export function assertInteger(
  value: unknown,
  range: readonly [number, number],
  blame: Blame,
): number {
  const [min, max] = range;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw new VectorIndexError(
    blame.code,
    `${blame.name} must be an integer from ${min} to ${max}; got ${describe(value)}`,
    { name: blame.name, expected: range, got: detail(value) },
  );
}

/** The largest number of a node. */
const MAX_NODE = 2 ** 31 - 2;

/** `value` as the number of a node, which may not exist. */
export function assertNode(value: unknown): number {
  return assertInteger(value, [0, MAX_NODE], argument('node'));
}

/** What a number must be, in words and as a test. */
export interface NumberRule {
  readonly expected: string;
  readonly accepts: (value: number) => boolean;
}

/** `value` as a number of a kind. */
export function assertNumber(value: unknown, blame: Blame, rule: NumberRule): number {
  if (typeof value === 'number' && rule.accepts(value)) return value;
  throw new VectorIndexError(
    blame.code,
    `${blame.name} must be ${rule.expected}; got ${describe(value)}`,
    { name: blame.name, expected: rule.expected, got: detail(value) },
  );
}

/** `value` as one of `choices`. */
export function assertChoice<T extends string>(
  value: unknown,
  choices: readonly T[],
  blame: Blame,
): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const list = choices.map((choice) => `'${choice}'`).join(', ');
  throw new VectorIndexError(
    blame.code,
    `${blame.name} must be one of ${list}; got ${describe(value)}`,
    { name: blame.name, expected: choices, got: detail(value) },
  );
}

/** `value` as a plain object with no keys but `known`; undefined counts as empty. */
export function assertOptions(value: unknown, known: readonly string[]): Record<string, unknown> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new VectorIndexError(
      ErrorCode.invalidOption,
      `options must be an object; got ${describe(value)}`,
      { name: 'options', got: detail(value) },
    );
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return value as Record<string, unknown>;
  throw new VectorIndexError(
    ErrorCode.invalidOption,
    `there is no option '${unknown}' here; the options are ${known.join(', ')}`,
    { name: unknown, expected: known },
  );
}

export function assertBoolean(value: unknown, blame: Blame): boolean {
  if (typeof value === 'boolean') return value;
  throw new VectorIndexError(
    blame.code,
    `${blame.name} must be true or false; got ${describe(value)}`,
    { name: blame.name, got: detail(value) },
  );
}

export function assertPath(value: unknown): string {
  if (typeof value === 'string' && value.length > 0 && !value.includes('\0')) return value;
  throw new VectorIndexError(
    ErrorCode.invalidArgument,
    `path must be a non-empty string; got ${describe(value)}`,
    { name: 'path', got: detail(value) },
  );
}
