// The header of a .npy file: a Python dictionary written out as text, such as
//   {'descr': '<f4', 'fortran_order': False, 'shape': (1000, 128), }
// Keys may come in any order. Nothing is evaluated: only these three keys and their forms are read.

import { FormatError, FormatErrorCode } from '../errors.ts';
import type { ComponentType } from './component.ts';

/** What we need from the dictionary. */
export interface NpyHeader {
  readonly componentType: ComponentType;
  readonly count: number;
  readonly dimension: number;
}

/** Type strings of numpy: byte order, kind, bytes. One-byte types have no order: `|`. */
const componentTypes: ReadonlyMap<string, ComponentType> = new Map([
  ['<f2', 'f16'],
  ['<f4', 'f32'],
  ['<f8', 'f64'],
  ['|i1', 'i8'],
  ['<i1', 'i8'],
  ['|u1', 'u8'],
  ['<u1', 'u8'],
  ['<i2', 'i16'],
  ['<u2', 'u16'],
  ['<i4', 'i32'],
  ['<u4', 'u32'],
  ['<i8', 'i64'],
  ['<u8', 'u64'],
]);

const DICTIONARY = /^\s*\{(?<entries>.*)\}\s*$/s;
const KEY = /\s*['"](?<key>\w+)['"]\s*:\s*/.source;
const VALUE = /(?:['"](?<text>[^'"]*)['"]|(?<flag>True|False)|\((?<tuple>[^()]*)\)|(?<list>\[.*\]))/
  .source;
const ENTRY = new RegExp(`${KEY}${VALUE}\\s*(?:,|$)\\s*`, 'sy');

/** @throws FormatError FORMAT_DAMAGED or FORMAT_UNSUPPORTED. */
export function parseNpyHeader(path: string, text: string): NpyHeader {
  const entries = readEntries(path, text);
  const descr = entries.get('descr');
  const order = entries.get('fortran_order');
  const shape = entries.get('shape');
  if (descr === undefined || order?.flag === undefined || shape?.tuple === undefined) {
    throw damaged(path, "the keys 'descr', 'fortran_order' and 'shape'", text.trim());
  }
  const componentType = readComponentType(path, descr);
  const { count, dimension } = readShape(path, shape.tuple);
  if (order.flag === 'True') {
    throw unsupported(path, 'the array is stored column by column (Fortran order)', {
      expected: 'row order, as numpy.ascontiguousarray(a) gives',
      got: 'fortran_order: True',
    });
  }
  return { componentType, count, dimension };
}

type Entry = Partial<Record<'text' | 'flag' | 'tuple' | 'list', string>>;

function readEntries(path: string, text: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const body = DICTIONARY.exec(text)?.groups?.entries;
  if (body === undefined) throw damaged(path, 'a dictionary in braces', text.trim());
  ENTRY.lastIndex = 0;
  while (ENTRY.lastIndex < body.length && body.slice(ENTRY.lastIndex).trim() !== '') {
    const at = ENTRY.lastIndex;
    const groups = ENTRY.exec(body)?.groups;
    if (groups === undefined) throw damaged(path, "'key': value", body.slice(at, at + 60));
    entries.set(groups.key as string, groups);
  }
  return entries;
}

function readComponentType(path: string, descr: Entry): ComponentType {
  const type = descr.text === undefined ? undefined : componentTypes.get(descr.text);
  if (type !== undefined) return type;
  const expected = [...componentTypes.keys()].filter((key) => !/<.1/.test(key)).join(' ');
  const got = descr.text ?? descr.list ?? 'something else';
  const problem = got.startsWith('>')
    ? 'the numbers are big endian'
    : got.includes('O')
      ? 'the array holds Python objects'
      : 'the array holds numbers of a type that is not read';
  throw unsupported(path, problem, { expected, got });
}

function readShape(path: string, tuple: string): { count: number; dimension: number } {
  const parts = tuple.split(',').map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop();
  const isWritten = parts.every((part) => /^\d{1,16}L?$/.test(part));
  const numbers = parts.map((part) => Number.parseInt(part, 10));
  if (!isWritten || !numbers.every(Number.isSafeInteger)) {
    throw damaged(path, 'a shape of whole numbers', `(${tuple})`);
  }
  const [count, dimension] = numbers;
  if (count === undefined || dimension === undefined || numbers.length !== 2) {
    const single = numbers.length === 1 ? ': for one vector, save a.reshape(1, -1)' : '';
    throw unsupported(path, `the array is not a table of vectors${single}`, {
      expected: 'a shape (count, dimension)',
      got: `(${tuple})`,
    });
  }
  return { count, dimension };
}

function damaged(path: string, expected: string, got: string): FormatError {
  return new FormatError({
    code: FormatErrorCode.formatDamaged,
    path,
    problem: 'the .npy header cannot be read',
    offset: 0,
    expected,
    got: printable(got),
  });
}

function unsupported(
  path: string,
  problem: string,
  found: { expected: string; got: string },
): FormatError {
  const { expected } = found;
  const code = FormatErrorCode.formatUnsupported;
  return new FormatError({ code, path, problem, expected, got: printable(found.got) });
}

/** Header text is foreign: only visible characters, and not many, reach a terminal. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120);
}
