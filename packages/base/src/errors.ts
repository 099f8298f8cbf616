// Errors with a stable code. Messages say where, what was expected, what was got and what to do;
// they may change between releases, codes may not.

/** Facts about an error a program may want: `row`, `field`, `expected`, `got`, `path`, ... */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** What every package throws, in a class of its own with its own codes. */
export abstract class NighError<Code extends string = string> extends Error {
  /** What went wrong, for programs. Part of the interface; the message is not. */
  readonly code: Code;
  /** The facts, as plain values: what was expected, what was got, where. */
  readonly details: ErrorDetails;

  constructor(code: Code, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** A value for an error's details: JSON as it is, never an object of the caller's. */
export function detail(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, 80);
  const isPlain = value === null || typeof value === 'number' || typeof value === 'boolean';
  return isPlain || value === undefined ? value : describe(value);
}

/** A value for an error message: short, quoted when it is a string, never a whole array. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'object' && value !== null) return describeObject(value);
  return String(value);
}

/** Asking an object what it is may run code of the caller's, which may throw. */
function describeObject(value: object): string {
  try {
    if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
    if (Array.isArray(value)) return `an array of ${value.length}`;
    return value instanceof Date ? 'a Date' : 'an object';
  } catch {
    return 'an object that cannot be read';
  }
}
