// Numbers and dates: 64-bit floats, NaN where there is none. -0 is stored as 0.

import type { TypedArray } from '@nigh/base';
import { timeOf } from '../dates.ts';
import { selectAmong, selectRange } from '../kernels.ts';
import { finite } from '../operands.ts';
import type { Leaf } from '../predicate.ts';
import { type Elements, foreignLeaf } from './elements.ts';

const EVERY_NUMBER = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

export class NumberElements implements Elements {
  readonly type: 'number' | 'date';
  readonly kind = 'float64';
  readonly missing: number = Number.NaN;
  readonly byteLength = 0;
  readonly #isDate: boolean;

  constructor(type: 'number' | 'date') {
    this.type = type;
    this.#isDate = type === 'date';
  }

  accepts(value: unknown): boolean {
    return !Number.isNaN(this.encode(value));
  }

  encode(value: unknown): number {
    return this.#isDate ? timeOf(value) : finite(value);
  }

  select(leaf: Leaf, values: TypedArray, count: number, bits: Uint32Array): void {
    const numbers = values as Float64Array;
    if (leaf.kind === 'range') selectRange(numbers, count, [leaf.low, leaf.high], bits);
    else if (leaf.kind === 'among') selectAmong(numbers, count, leaf.values, bits);
    else throw foreignLeaf(leaf, this.type);
  }

  selectPresent(values: TypedArray, count: number, bits: Uint32Array): void {
    selectRange(values as Float64Array, count, EVERY_NUMBER, bits);
  }

  tidy(): void {}

  image(): undefined {}

  problem(values: TypedArray, count: number): string | undefined {
    for (let i = 0; i < count; i++) {
      if (Math.abs(values[i]) === Number.POSITIVE_INFINITY) return `value ${i} is not finite`;
    }
    return undefined;
  }
}
