// Fields, metadata and filters from few values, so that they meet.

import fc from 'fast-check';
import type { Fields, FieldType } from '../../src/index.ts';

/** One field of every type, with names that objects have a meaning for among them. */
export const FIELDS: Fields = Object.freeze({
  ...({ year: 'number', title: 'string', seen: 'boolean', added: 'date' } as const),
  ...({ sizes: 'number[]', genres: 'string[]', votes: 'boolean[]', dates: 'date[]' } as const),
  ...{ ['__proto__']: 'string' as const, constructor: 'number' as const },
  ...({ 'a.b': 'string[]', toString: 'boolean' } as const),
});

const NUMBERS = [0, -0, 1, 1.5, -3, 5e-324, 1e300, 2 ** 53];
const STRINGS = ['', 'a', 'b', 'ab', 'zz', 'é', '\ud800', '\udc00\ud800', '😀', '__proto__'];
const DATES = [
  ...[new Date(0), '1970-01-01', '2020-02-29', '2020-02-29T12:30Z', '2020-02-29T14:30:00+02:00'],
  ...[new Date(1.5e12), '1969-12-31T23:59:59.999Z', new Date(8.64e15)],
];

function elementOf(type: FieldType): fc.Arbitrary<unknown> {
  if (type.startsWith('number')) return fc.constantFrom<unknown>(...NUMBERS);
  if (type.startsWith('string')) return fc.constantFrom<unknown>(...STRINGS);
  if (type.startsWith('boolean')) return fc.boolean();
  return fc.constantFrom<unknown>(...DATES);
}

function valueOfType(type: FieldType): fc.Arbitrary<unknown> {
  return type.endsWith('[]') ? fc.array(elementOf(type), { maxLength: 4 }) : elementOf(type);
}

/** An object that has `__proto__` as any other property. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries);
}

export function metadataOf(fields: Fields): fc.Arbitrary<Record<string, unknown>> {
  const entry = fc
    .constantFrom(...Object.keys(fields))
    .chain((name) =>
      fc
        .oneof(
          { weight: 9, arbitrary: valueOfType(fields[name] as FieldType) },
          { weight: 1, arbitrary: fc.constantFrom(null, undefined) },
        )
        .map((value) => [name, value] as const),
    );
  return fc.array(entry, { maxLength: 14 }).map(fromEntries);
}

function operatorsOf(type: FieldType): fc.Arbitrary<Record<string, unknown>> {
  const element = elementOf(type);
  const nullable = fc.oneof(
    { weight: 8, arbitrary: element },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  const list = fc.array(nullable, { maxLength: 4 });
  const entries = [
    fc.tuple(fc.constantFrom('$eq', '$ne'), nullable),
    fc.tuple(fc.constantFrom('$in', '$nin'), list),
    fc.tuple(fc.constant('$exists'), fc.boolean()),
  ] as fc.Arbitrary<[string, unknown]>[];
  if (!type.startsWith('boolean')) {
    entries.push(fc.tuple(fc.constantFrom('$gt', '$gte'), element));
    entries.push(fc.tuple(fc.constantFrom('$lt', '$lte'), element));
  }
  const flat = fc.array(fc.oneof(...entries), { minLength: 1, maxLength: 3 }).map(fromEntries);
  return fc.oneof(
    { weight: 5, arbitrary: flat },
    { weight: 1, arbitrary: flat.map(($not) => ({ $not })) },
  );
}

/** A condition on one field: a value, null, or operators. */
function conditionOf(fields: Fields): fc.Arbitrary<object> {
  return fc.constantFrom(...Object.keys(fields)).chain((name) => {
    const type = fields[name] as FieldType;
    const literal = fc.oneof(elementOf(type), fc.constant(null));
    return fc.oneof(operatorsOf(type), literal).map((inner) => fromEntries([[name, inner]]));
  });
}

export function filterOf(fields: Fields): fc.Arbitrary<object> {
  const { filter } = fc.letrec<{ filter: object }>((tie) => {
    const parts = fc.array(tie('filter'), { minLength: 1, maxLength: 3 });
    return {
      filter: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        { weight: 5, arbitrary: conditionOf(fields) },
        { weight: 1, arbitrary: fc.array(conditionOf(fields), { maxLength: 3 }).map(merge) },
        { weight: 2, arbitrary: parts.map(($and) => ({ $and })) },
        { weight: 2, arbitrary: parts.map(($or) => ({ $or })) },
        { weight: 2, arbitrary: tie('filter').map(($not) => ({ $not })) },
      ),
    };
  });
  return filter;
}

/** Several conditions in one object. */
function merge(conditions: readonly object[]): object {
  return fromEntries(conditions.flatMap((condition) => Object.entries(condition)));
}

/** The declared fields of a table: some of the names, of any types. */
export const fieldsOf: fc.Arbitrary<Fields> = fc
  .uniqueArray(
    fc.tuple(fc.constantFrom(...Object.keys(FIELDS)), fc.constantFrom(...Object.values(FIELDS))),
    { minLength: 1, maxLength: 5, selector: ([name]) => name },
  )
  .map((entries) => fromEntries(entries) as Fields);
