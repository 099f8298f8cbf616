// What a filter means: a tree of conditions on fields. Every part has a key that is the same for
// every way of writing it: parts of `and` and `or` are flattened, sorted and different, double
// negations are gone, ranges of one field are one range. Trees are made by the functions here only
// and never change.

/** Numbers, or dates in milliseconds, from `low` to `high`, both included. */
export interface Range {
  readonly kind: 'range';
  readonly key: string;
  readonly field: string;
  readonly low: number;
  readonly high: number;
  /** Of a field that holds one value a row: two ranges of it are one. */
  readonly isSingle: boolean;
}

/** Numbers, or dates in milliseconds, that are in a list; it ascends. */
export interface Among {
  readonly kind: 'among';
  readonly key: string;
  readonly field: string;
  readonly values: Float64Array;
}

/** Strings that are in a list. */
export interface Strings {
  readonly kind: 'strings';
  readonly key: string;
  readonly field: string;
  readonly values: readonly string[];
}

/** Strings that compare so with a bound, by UTF-16 code units. */
export interface Order {
  readonly kind: 'order';
  readonly key: string;
  readonly field: string;
  readonly operator: OrderOperator;
  readonly bound: string;
}
export type OrderOperator = '$gt' | '$gte' | '$lt' | '$lte';

/** Booleans: false, true or both. */
export interface Flags {
  readonly kind: 'flags';
  readonly key: string;
  readonly field: string;
  readonly values: readonly boolean[];
}

/** Rows that have the field. */
export interface Exists {
  readonly kind: 'exists';
  readonly key: string;
  readonly field: string;
}

/** A condition on one field; where the field is a list, any of its elements may meet it. */
export type Leaf = Range | Among | Strings | Order | Flags | Exists;

export interface All {
  readonly kind: 'all';
  readonly key: string;
}
export interface None {
  readonly kind: 'none';
  readonly key: string;
}
export interface And {
  readonly kind: 'and';
  readonly key: string;
  readonly parts: readonly Predicate[];
}
export interface Or {
  readonly kind: 'or';
  readonly key: string;
  readonly parts: readonly Predicate[];
}
export interface Not {
  readonly kind: 'not';
  readonly key: string;
  readonly part: Predicate;
}
/** A filter, checked: what `parseFilter` makes and `Columns.evaluate` takes. */
export type Predicate = Leaf | All | None | And | Or | Not;

export const ALL: Predicate = Object.freeze({ kind: 'all', key: '*' });
export const NONE: Predicate = Object.freeze({ kind: 'none', key: '!*' });

/** @param isSingle whether the field holds one value a row */
export function range(
  field: string,
  limits: readonly [number, number],
  isSingle: boolean,
): Predicate {
  const low = limits[0] + 0; // no -0: it has a key of its own
  const high = limits[1] + 0;
  if (!(low <= high)) return NONE;
  const key = `${JSON.stringify(field)} [${low},${high}]`;
  return { kind: 'range', key, field, low, high, isSingle };
}

export function among(field: string, numbers: readonly number[], isSingle: boolean): Predicate {
  const values = Float64Array.from(new Set(numbers.map((value) => value + 0))).sort();
  if (values.length === 0) return NONE;
  if (values.length === 1) return range(field, [values[0], values[0]], isSingle);
  return { kind: 'among', key: `${JSON.stringify(field)} in ${values}`, field, values };
}

export function strings(field: string, list: readonly string[]): Predicate {
  const values = [...new Set(list)].sort();
  if (values.length === 0) return NONE;
  return {
    kind: 'strings',
    key: `${JSON.stringify(field)} in ${JSON.stringify(values)}`,
    ...{ field, values },
  };
}

export function order(field: string, operator: OrderOperator, bound: string): Predicate {
  const key = `${JSON.stringify(field)} ${operator} ${JSON.stringify(bound)}`;
  return { kind: 'order', key, field, operator, bound };
}

export function flags(field: string, list: readonly boolean[]): Predicate {
  const values = [false, true].filter((value) => list.includes(value));
  if (values.length === 0) return NONE;
  return { kind: 'flags', key: `${JSON.stringify(field)} in ${values}`, field, values };
}

export function exists(field: string): Predicate {
  return { kind: 'exists', key: `${JSON.stringify(field)} exists`, field };
}

export function not(part: Predicate): Predicate {
  if (part.kind === 'not') return part.part;
  if (part.kind === 'all') return NONE;
  if (part.kind === 'none') return ALL;
  return { kind: 'not', key: `!(${part.key})`, part };
}

/** Parts of the same kind are taken apart, doubles left out. */
function flatten(kind: 'and' | 'or', parts: readonly Predicate[]): Map<string, Predicate> {
  const flat = new Map<string, Predicate>();
  for (const part of parts) {
    const inner = part.kind === kind ? part.parts : [part];
    for (const each of inner) flat.set(each.key, each);
  }
  return flat;
}

function several(kind: 'and' | 'or', parts: Map<string, Predicate>): Predicate {
  const keys = [...parts.keys()].sort();
  const sorted = keys.map((key) => parts.get(key) as Predicate);
  if (sorted.length === 1) return sorted[0] as Predicate;
  return { kind, key: `${kind}(${keys.join(';')})`, parts: sorted };
}

/** All of the parts; everything where there are none. */
export function and(parts: readonly Predicate[]): Predicate {
  const flat = new Map<string, Predicate>();
  const ranges = new Map<string, Predicate>();
  for (const [key, part] of flatten('and', parts)) {
    if (part.kind === 'all') continue;
    if (part.kind === 'range' && part.isSingle) {
      ranges.set(part.field, narrow(ranges.get(part.field), part));
    } else {
      flat.set(key, part);
    }
  }
  for (const part of ranges.values()) flat.set(part.key, part);
  if (flat.has(NONE.key)) return NONE;
  return flat.size === 0 ? ALL : several('and', flat);
}

function narrow(one: Predicate | undefined, other: Range): Predicate {
  if (one === undefined) return other;
  if (one.kind !== 'range') return one;
  const limits = [Math.max(one.low, other.low), Math.min(one.high, other.high)] as const;
  return range(other.field, limits, true);
}

/** Values of one field that is to be one of them; undefined for other conditions. */
function valuesOf(part: Predicate): readonly unknown[] | undefined {
  if (part.kind === 'strings' || part.kind === 'flags') return part.values;
  if (part.kind === 'among') return [...part.values];
  return part.kind === 'range' && part.low === part.high ? [part.low] : undefined;
}

type Equality = Strings | Flags | Among | Range;

/** Any of the values of conditions on one field, of which each is one of its own values. */
function unite(parts: readonly Equality[]): Predicate {
  const [first] = parts as readonly [Equality];
  const values = parts.flatMap((part) => valuesOf(part) as unknown[]);
  if (first.kind === 'strings') return strings(first.field, values as string[]);
  if (first.kind === 'flags') return flags(first.field, values as boolean[]);
  return among(first.field, values as number[], first.kind === 'range' && first.isSingle);
}

/** Any of the parts; nothing where there are none. Equalities of one field become one list. */
export function or(parts: readonly Predicate[]): Predicate {
  const flat = flatten('or', parts);
  flat.delete(NONE.key);
  if (flat.has(ALL.key)) return ALL;
  const byField = new Map<string, Equality[]>();
  for (const part of flat.values()) {
    if (valuesOf(part) === undefined) continue;
    const { field } = part as Equality;
    const known = byField.get(field);
    if (known === undefined) byField.set(field, [part as Equality]);
    else known.push(part as Equality);
  }
  for (const equalities of byField.values()) {
    if (equalities.length === 1) continue;
    for (const { key } of equalities) flat.delete(key);
    const united = unite(equalities);
    flat.set(united.key, united);
  }
  return flat.size === 0 ? NONE : several('or', flat);
}
