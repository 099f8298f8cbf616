// The dictionaries of a file: columns of values that other columns point into. Each value is
// decoded once, when the first row asks for it.

import { damaged } from '../flaw.ts';
import type { Column } from './column.ts';

interface Dictionary {
  readonly parts: readonly Column[];
  readonly length: number;
  readonly values: Map<number, unknown>;
}

export class Dictionaries {
  readonly #byId = new Map<number, Dictionary>();

  /** A delta is appended to what is there; anything else takes its place. */
  add(id: number, column: Column, isDelta: boolean): void {
    const parts = isDelta ? [...(this.#byId.get(id)?.parts ?? []), column] : [column];
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    this.#byId.set(id, { parts, length, values: new Map() });
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

function lookUp({ parts }: Dictionary, index: number): unknown {
  let at = index;
  for (const part of parts) {
    if (at < part.length) return part.get(at);
    at -= part.length;
  }
  return undefined;
}
