// Errors with a stable code. Messages say where, what was expected, what was got and what to do;
// they may change between releases, codes may not.

/** Facts about an error a program may want: `row`, `field`, `expected`, `got`, `path`, ... */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** What every package throws, in a class of its own with its own codes. */
export abstract class NighError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly details: ErrorDetails;

  constructor(code: Code, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** A value for an error's details: a number or text as it is, never an object of the caller's. */
export function detail(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, 80);
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject || typeof value === 'symbol' ? describe(value) : value;
}

/** A value for an error message: short, quoted when it is a string, never a whole array. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  return typeof value === 'object' && value !== null ? describeObject(value) : String(value);
}

function describeObject(value: object): string {
  try {
    if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
    if (Array.isArray(value)) return `an array of ${value.length}`;
    return value instanceof Date ? 'a Date' : 'an object';
  } catch {
    return 'an object'; // a proxy or a getter that throws: the error to be told is another
  }
}
