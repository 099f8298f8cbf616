// What stands behind an operator, turned into a predicate on one field.

import { timeOf } from './dates.ts';
import { type ElementType, elementTypeOf, type FieldType, isList } from './fields.ts';
import {
  among,
  flags,
  type OrderOperator,
  order,
  type Predicate,
  range,
  strings,
} from './predicate.ts';

/** A declared field. */
export interface Target {
  readonly name: string;
  readonly type: FieldType;
}

/** Words for an error message. */
export const EXPECTED: Readonly<Record<ElementType, string>> = Object.freeze({
  number: 'a finite number',
  string: 'a string',
  boolean: 'true or false',
  date: 'a valid Date, or ISO 8601 text: a date, or date and time with a time zone',
});

export function finite(value: unknown): number {
  return typeof value === 'number' && value - value === 0 ? value + 0 : Number.NaN; // -0 becomes 0
}

/** Whether a value is one of the field's type. */
export function fits(value: unknown, { type }: Target): boolean {
  const element = elementTypeOf(type);
  if (element === 'number') return !Number.isNaN(finite(value));
  if (element === 'date') return !Number.isNaN(timeOf(value));
  return typeof value === element;
}

/** The field is one of these values, all of which fit; or holds one, where it is a list. */
export function oneOf(values: readonly unknown[], { name, type }: Target): Predicate {
  const element = elementTypeOf(type);
  if (element === 'string') return strings(name, values as readonly string[]);
  if (element === 'boolean') return flags(name, values as readonly boolean[]);
  const numberOf = element === 'date' ? timeOf : finite;
  return among(name, values.map(numberOf), !isList(type));
}

const scratch = new Float64Array(1);
const scratchBits = new BigInt64Array(scratch.buffer);

/** The smallest number above a finite one. */
function above(value: number): number {
  scratch[0] = value + 0;
  scratchBits[0] += scratch[0] >= 0 ? 1n : -1n;
  return scratch[0];
}

function limitsOf(operator: OrderOperator, bound: number): readonly [number, number] {
  if (operator === '$gt') return [above(bound), Number.POSITIVE_INFINITY];
  if (operator === '$gte') return [bound, Number.POSITIVE_INFINITY];
  return [Number.NEGATIVE_INFINITY, operator === '$lt' ? -above(-bound) : bound];
}

/** The field compares so with a bound, which fits and is no boolean. */
export function compared(operator: OrderOperator, bound: unknown, target: Target): Predicate {
  const { name, type } = target;
  const element = elementTypeOf(type);
  if (element === 'string') return order(name, operator, bound as string);
  const limit = element === 'date' ? timeOf(bound) : finite(bound);
  return range(name, limitsOf(operator, limit), !isList(type));
}
