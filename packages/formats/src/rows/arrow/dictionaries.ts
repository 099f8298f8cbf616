// The dictionaries of a file: columns of values that other columns point into. Each value is
// decoded once, when the first row asks for it.

import { damaged } from '../flaw.ts';
import type { Column } from './column.ts';

interface Dictionary {
  readonly parts: Column[];
  /** Where each part begins. */
  readonly starts: number[];
  length: number;
  readonly values: Map<number, unknown>;
}

export class Dictionaries {
  readonly #byId = new Map<number, Dictionary>();

  /** A delta is appended to what is there; anything else takes its place. */
  add(id: number, column: Column, isDelta: boolean): void {
    const before = isDelta ? this.#byId.get(id) : undefined;
    const dictionary: Dictionary = before ?? {
      parts: [],
      starts: [],
      length: 0,
      values: new Map(),
    };
    dictionary.parts.push(column);
    dictionary.starts.push(dictionary.length);
    dictionary.length += column.length;
    this.#byId.set(id, dictionary);
  }

  getter(id: number): (index: number) => unknown {
    const dictionary = this.#byId.get(id);
    if (dictionary === undefined) throw damaged('its dictionary is missing');
    const { length, values } = dictionary;
    return (index) => {
      if (!(index >= 0 && index < length)) throw damaged(`value ${index} is not in its dictionary`);
      if (!values.has(index)) values.set(index, lookUp(dictionary, index));
      return values.get(index);
    };
  }
}

/** The value at an index: in the last part that begins at or before it. */
function lookUp({ parts, starts }: Dictionary, index: number): unknown {
  let low = 0;
  let high = parts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] as number) <= index) low = middle;
    else high = middle - 1;
  }
  return parts[low]?.get(index - (starts[low] as number));
}
