// A fault found deep inside a format, where nobody knows the path of the file any more, and what
// turns it, and whatever else a decoder throws over damaged bytes, into the error of a reader.

import { FormatError, FormatErrorCode, type FormatFault } from '../errors.ts';

type FlawCode = Extract<
  FormatErrorCode,
  'FORMAT_DAMAGED' | 'FORMAT_UNSUPPORTED' | 'VALUE_UNSUPPORTED'
>;

/** What is wrong; the reader adds where. */
export class Flaw extends Error {
  readonly code: FlawCode;

  constructor(code: FlawCode, problem: string) {
    super(problem);
    this.code = code;
  }
}

export function damaged(problem: string): Flaw {
  return new Flaw(FormatErrorCode.formatDamaged, problem);
}

export function unsupported(problem: string): Flaw {
  return new Flaw(FormatErrorCode.formatUnsupported, problem);
}

export function unsupportedValue(problem: string): Flaw {
  return new Flaw(FormatErrorCode.valueUnsupported, problem);
}

/** Where in the file something is decoded. */
export type FlawPlace = Pick<FormatFault, 'path' | 'offset' | 'row' | 'column'>;

/** The error of a reader for what was thrown while something of a file was decoded. */
export function faultAt(place: FlawPlace, what: string, thrown: unknown): FormatError {
  if (thrown instanceof FormatError) return thrown;
  const where = place.column === undefined ? what : `${what}, column ${quote(place.column)}`;
  if (thrown instanceof Flaw) {
    return new FormatError({ ...place, code: thrown.code, problem: `${where}: ${thrown.message}` });
  }
  const problem = `${where} cannot be decoded`;
  return new FormatError({ ...place, code: FormatErrorCode.formatDamaged, problem, cause: thrown });
}

/** Does the work; what it throws becomes the error of a reader. */
export function guarded<T>(place: FlawPlace, what: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw faultAt(place, what, thrown);
  }
}

/** Names come from the file: short, and no control characters. */
export function quote(name: string): string {
  return JSON.stringify(name.slice(0, 80)).replace(/[^\x20-\x7e]/g, '?');
}
