// Filters written as calls: field('year').gte(1990).and(field('genres').eq('drama')). A condition
// is the object form in a class, so both ways mean the same; fields are known and checked when it
// is parsed.

import { describe, detail } from '@nigh/base';
import { FilterError, FilterErrorCode } from './errors.ts';

/** A filter as an object, or as built by `field()`. */
export type Filter = Condition | Readonly<Record<string, unknown>>;

type Form = Readonly<Record<string, unknown>>;

/**
 * A filter that can be combined with others, which makes new ones. Values are read when it is
 * parsed.
 */
export class Condition {
  readonly #form: Form;

  /** Made by `field()` and by the methods here. */
  constructor(form: Readonly<Record<string, unknown>>) {
    this.#form = form;
  }

  /** The object form of a condition; undefined for everything else. */
  static formOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
    if (typeof value !== 'object' || value === null || !(#form in value)) return undefined;
    return value.#form;
  }

  /** This and all of the others. */
  and(...others: readonly Filter[]): Condition {
    return this.#with('$and', others);
  }

  /** This or any of the others. */
  or(...others: readonly Filter[]): Condition {
    return this.#with('$or', others);
  }

  /** All rows that this does not accept, those without the field too. */
  not(): Condition {
    return new Condition({ $not: this.#form });
  }

  /** The object form. */
  toJSON(): Readonly<Record<string, unknown>> {
    return this.#form;
  }

  /** A chain of the same operator is one list: it grows longer, not deeper. */
  #with(operator: '$and' | '$or', others: readonly Filter[]): Condition {
    const chain = Object.hasOwn(this.#form, operator) ? this.#form[operator] : [this.#form];
    const forms = others.map((other) => Condition.formOf(other) ?? other);
    return new Condition({ [operator]: [...(chain as readonly unknown[]), ...forms] });
  }
}

/** A field of which a condition is to be made. Dates are Date objects or ISO 8601 text. */
export class Field {
  readonly #name: string;

  constructor(name: string) {
    if (typeof name !== 'string' || name.length === 0 || name.startsWith('$')) {
      const expected = "a name that does not begin with '$'";
      throw new FilterError(
        FilterErrorCode.invalidFilter,
        `field() takes ${expected}; got ${describe(name)}`,
        { path: '', expected, got: detail(name) },
      );
    }
    this.#name = name;
  }

  /** Is `value`, or a list that holds it; `null`: the row has no such field. */
  eq(value: unknown): Condition {
    return this.#condition('$eq', value);
  }

  /** Not `eq`: rows without the field too, unless `value` is null. */
  ne(value: unknown): Condition {
    return this.#condition('$ne', value);
  }

  /** Is above `value`, or is a list with an element that is. */
  gt(value: number | string | Date): Condition {
    return this.#condition('$gt', value);
  }

  /** Is at least `value`, or is a list with an element that is. */
  gte(value: number | string | Date): Condition {
    return this.#condition('$gte', value);
  }

  /** Is below `value`, or is a list with an element that is. */
  lt(value: number | string | Date): Condition {
    return this.#condition('$lt', value);
  }

  /** Is at most `value`, or is a list with an element that is. */
  lte(value: number | string | Date): Condition {
    return this.#condition('$lte', value);
  }

  /** `eq` for any of `values`. */
  in(values: readonly unknown[]): Condition {
    return this.#condition('$in', values);
  }

  /** Not `in`. */
  nin(values: readonly unknown[]): Condition {
    return this.#condition('$nin', values);
  }

  /** The row has the field; with false: it has not. */
  exists(isThere = true): Condition {
    return this.#condition('$exists', isThere);
  }

  #condition(operator: string, operand: unknown): Condition {
    return new Condition({ [this.#name]: { [operator]: operand } });
  }
}

/**
 * The beginning of a condition: `field('year').gte(1990)`.
 *
 * @throws {FilterError} INVALID_FILTER for what cannot be the name of a field
 */
export function field(name: string): Field {
  return new Field(name);
}

/** Another name for `field`, for those who like to read `where('year').gte(1990)`. */
export const where: (name: string) => Field = field;
