// Filters as people and programs write them, in MongoDB's manner, turned into predicates. What
// comes in may be hostile: only own enumerable properties of plain objects are read, each once,
// depth and size are limited before anything is walked over, and whatever a getter or a proxy
// throws becomes an error of ours.

import { describe, detail, type ErrorDetails, ownValue } from '@nigh/base';
import { Condition } from './builder.ts';
import { FilterError, FilterErrorCode } from './errors.ts';
import { elementTypeOf, type Fields } from './fields.ts';
import { compared, EXPECTED, fits, oneOf, type Target } from './operands.ts';
import { and, exists, NONE, not, type OrderOperator, or, type Predicate } from './predicate.ts';

/** Filters within filters. */
export const MAX_DEPTH = 32;
/** Objects, operators and values of one filter; a condition on a field counts CONDITION_SIZE. */
export const MAX_SIZE = 10_000;
/** A condition is a pass over all rows, a value in a list next to nothing. */
const CONDITION_SIZE = 40;

const COMBINING: readonly string[] = ['$and', '$or', '$not'];
const ORDER: readonly string[] = ['$gt', '$gte', '$lt', '$lte'];
const OPERATORS: readonly string[] = [
  ...['$eq', '$ne', ...ORDER],
  ...['$in', '$nin', '$exists', '$not'],
];

/** An object of no class, of this realm or another. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

class Parser {
  readonly #fields: Fields;
  readonly #path: string[] = [];
  #left = MAX_SIZE;
  #failure: FilterError | undefined;

  constructor(fields: Fields) {
    this.#fields = fields;
  }

  /** The error of a parse: our own, or one of ours for what the caller's objects threw. */
  explain(error: unknown): FilterError {
    if (error === this.#failure) return this.#failure as FilterError;
    const path = this.#pathText();
    const message = `the filter cannot be read${path === '' ? '' : ` at ${path}`}`;
    return new FilterError(FilterErrorCode.invalidFilter, message, { path }, error);
  }

  filter(value: unknown, depth: number): Predicate {
    this.#spend(1);
    this.#assertDepth(depth);
    const filter = Condition.formOf(value) ?? value;
    if (!isPlain(filter)) {
      throw this.#invalid('a filter must be an object', { expected: 'an object' }, value);
    }
    const parts = this.#properties(filter, (name, inner) =>
      name.startsWith('$') ? this.#combined(name, inner, depth) : this.#field(name, inner, depth),
    );
    return and(parts);
  }

  #combined(operator: string, value: unknown, depth: number): Predicate {
    if (!COMBINING.includes(operator)) throw this.#unknownOperator(operator, COMBINING);
    if (operator === '$not') return not(this.filter(value, depth + 1));
    const filters = this.#list(value);
    if (filters.length === 0) {
      const expected = 'at least one filter';
      throw this.#invalid(`${operator} takes ${expected}`, { expected }, value);
    }
    const parts = filters.map((filter, i) =>
      this.#within(`[${i}]`, () => this.filter(filter, depth + 1)),
    );
    return operator === '$and' ? and(parts) : or(parts);
  }

  #field(name: string, value: unknown, depth: number): Predicate {
    const type = ownValue(this.#fields, name);
    if (type === undefined) {
      const known = Object.keys(this.#fields);
      const message = `no field ${describe(name)} was declared`;
      throw this.#fail(FilterErrorCode.unknownField, message, { field: detail(name), known });
    }
    const target = { name, type };
    return isPlain(value) ? this.#operators(value, target, depth) : this.#equal(value, target);
  }

  #operators(value: object, target: Target, depth: number): Predicate {
    this.#spend(1);
    this.#assertDepth(depth);
    const parts = this.#properties(value, (operator, operand) =>
      this.#operator(operator, operand, { target, depth }),
    );
    if (parts.length > 0) return and(parts);
    const expected = OPERATORS.join(', ');
    throw this.#invalid('an object of operators must not be empty', { expected }, value);
  }

  #operator(
    operator: string,
    operand: unknown,
    { target, depth }: { target: Target; depth: number },
  ): Predicate {
    if (operator === '$eq') return this.#equal(operand, target);
    if (operator === '$ne') return not(this.#equal(operand, target));
    if (operator === '$in') return this.#among(operand, target);
    if (operator === '$nin') return not(this.#among(operand, target));
    if (ORDER.includes(operator)) return this.#compared(operator as OrderOperator, operand, target);
    if (operator === '$exists') return this.#exists(operand, target);
    if (operator !== '$not') throw this.#unknownOperator(operator, OPERATORS);
    if (isPlain(operand)) return not(this.#operators(operand, target, depth + 1));
    const expected = 'an object of operators';
    throw this.#invalid(`$not on a field takes ${expected}`, { expected }, operand);
  }

  #equal(value: unknown, target: Target): Predicate {
    this.#spend(CONDITION_SIZE);
    if (value === null) return not(exists(target.name));
    this.#assertFits(value, target);
    return oneOf([value], target);
  }

  #among(operand: unknown, target: Target): Predicate {
    const values: unknown[] = [];
    let acceptsMissing = false;
    this.#spend(CONDITION_SIZE);
    this.#list(operand).forEach((value, i) => {
      if (value === null) {
        acceptsMissing = true;
        return;
      }
      this.#within(`[${i}]`, () => this.#assertFits(value, target));
      values.push(value);
    });
    const found = values.length === 0 ? NONE : oneOf(values, target);
    return acceptsMissing ? or([found, not(exists(target.name))]) : found;
  }

  #compared(operator: OrderOperator, bound: unknown, target: Target): Predicate {
    this.#spend(CONDITION_SIZE);
    if (elementTypeOf(target.type) === 'boolean') {
      const expected = '$eq, $ne, $in, $nin, $exists';
      throw this.#fail(
        FilterErrorCode.wrongType,
        `booleans have no order: use one of ${expected}`,
        { field: target.name, expected, got: operator },
      );
    }
    this.#assertFits(bound, target);
    return compared(operator, bound, target);
  }

  #exists(operand: unknown, { name }: Target): Predicate {
    this.#spend(CONDITION_SIZE);
    if (operand === true) return exists(name);
    if (operand === false) return not(exists(name));
    throw this.#invalid('$exists takes true or false', { expected: 'true or false' }, operand);
  }

  /** The elements of an array, each read once; of its length no more than the filter may have. */
  #list(value: unknown): unknown[] {
    if (!Array.isArray(value)) {
      throw this.#invalid('an array is needed', { expected: 'an array' }, value);
    }
    const { length } = value;
    this.#spend(1 + length);
    return Array.from({ length }, (_, i) => this.#within(`[${i}]`, () => value[i] as unknown));
  }

  #properties(
    object: object,
    use: (name: string, value: unknown) => Predicate,
  ): readonly Predicate[] {
    const names = Object.keys(object);
    this.#spend(names.length);
    return names.map((name) =>
      this.#within(name, () => use(name, (object as Record<string, unknown>)[name])),
    );
  }

  /** Not undone when something throws: the path is where it happened. */
  #within<T>(step: string, act: () => T): T {
    this.#path.push(step);
    const result = act();
    this.#path.pop();
    return result;
  }

  #pathText(): string {
    const steps = this.#path.map((step) => (step.length > 80 ? `${step.slice(0, 80)}...` : step));
    return steps.reduce((text, step) => {
      return text === '' || step.startsWith('[') ? text + step : `${text}.${step}`;
    }, '');
  }

  #spend(count: number): void {
    this.#left -= count;
    if (this.#left >= 0) return;
    const size = `${MAX_SIZE} values, of which a condition counts for ${CONDITION_SIZE}`;
    const message = `the filter has more than ${size}`;
    throw this.#fail(FilterErrorCode.filterTooLarge, message, { expected: MAX_SIZE });
  }

  #assertDepth(depth: number): void {
    if (depth <= MAX_DEPTH) return;
    const message = `the filter is nested more than ${MAX_DEPTH} deep`;
    throw this.#fail(FilterErrorCode.filterTooDeep, message, { expected: MAX_DEPTH });
  }

  #assertFits(value: unknown, target: Target): void {
    if (fits(value, target)) return;
    const expected = EXPECTED[elementTypeOf(target.type)];
    const hint = Array.isArray(value) ? '; for one of several values use $in' : '';
    throw this.#fail(
      FilterErrorCode.wrongType,
      `field ${describe(target.name)} is compared with ${expected}; got ${describe(value)}${hint}`,
      { field: target.name, expected, got: detail(value) },
    );
  }

  #unknownOperator(operator: string, known: readonly string[]): FilterError {
    const message = `no operator ${describe(operator)} here; there are ${known.join(', ')}`;
    return this.#fail(FilterErrorCode.unknownOperator, message, {
      ...{ operator: detail(operator), known },
    });
  }

  #invalid(message: string, details: ErrorDetails, got: unknown): FilterError {
    return this.#fail(FilterErrorCode.invalidFilter, `${message}; got ${describe(got)}`, {
      ...details,
      got: detail(got),
    });
  }

  #fail(code: FilterErrorCode, message: string, details: ErrorDetails): FilterError {
    const path = this.#pathText();
    const place = path === '' ? 'filter' : `filter at ${path}`;
    this.#failure = new FilterError(code, `${place}: ${message}`, { path, ...details });
    return this.#failure;
  }
}

/**
 * A filter (an object in MongoDB's manner, or one built by `field()`) as a predicate; `{}` accepts
 * every live row.
 *
 *   operator     | accepts a row when its field ...             | field missing
 *   -------------|----------------------------------------------|---------------------------
 *   $eq v, v     | is v                                         | only for v = null
 *   $ne v        | is not v                                     | unless v = null
 *   $gt $gte $lt $lte v | compares so with v                    | never
 *   $in [v, ...] | is one of them; never for []                 | only with null among them
 *   $nin [v, ..] | is none of them; always for []               | unless null is among them
 *   $exists true | is there; false: is missing                  |
 *   $not {...}   | does not meet all of these operators         | the opposite of the inside
 *   $and $or [..], $not {...} | combine filters                 |
 *
 * Several fields, and several operators on one field, must all hold. A field that is a list meets
 * an operator when any of its elements does, each operator by itself; [] meets none but $exists,
 * and those that negate. $ne, $nin and $not accept just the live rows that their opposite does
 * not. Strings compare by UTF-16 code units. Booleans are not compared by order. Values must be of
 * the field's type; nothing is converted, except that dates may be written as ISO 8601 text.
 *
 * @param fields as `readFields` gives them
 * @throws {FilterError} INVALID_FILTER, UNKNOWN_FIELD, UNKNOWN_OPERATOR, WRONG_TYPE,
 * FILTER_TOO_DEEP (32 levels), FILTER_TOO_LARGE (10,000 values, of which a condition counts for
 * 40); `details.path` says where, as in 'genres.$in[2]'
 */
export function parseFilter(filter: unknown, fields: Fields): Predicate {
  const parser = new Parser(fields);
  try {
    return parser.filter(filter, 1);
  } catch (error) {
    throw parser.explain(error);
  }
}
