// Booleans: bytes, 1 for false, 2 for true, 0 where there is none.

import type { TypedArray } from '@nigh/base';
import { selectByMask } from '../kernels.ts';
import type { Leaf } from '../predicate.ts';
import { type Elements, foreignLeaf } from './elements.ts';

const FALSE = 1;
const TRUE = 2;

export class BooleanElements implements Elements {
  readonly type = 'boolean';
  readonly kind = 'uint8';
  readonly missing = 0;
  readonly byteLength = 0;

  accepts(value: unknown): boolean {
    return typeof value === 'boolean';
  }

  encode(value: unknown): number {
    if (value === true) return TRUE;
    return value === false ? FALSE : 0;
  }

  select(leaf: Leaf, values: TypedArray, count: number, bits: Uint32Array): void {
    if (leaf.kind !== 'flags') throw foreignLeaf(leaf, this.type);
    const mask = leaf.values.reduce((sum, value) => sum | (1 << this.encode(value)), 0);
    selectByMask(values as Uint8Array, count, mask, bits);
  }

  selectPresent(values: TypedArray, count: number, bits: Uint32Array): void {
    selectByMask(values as Uint8Array, count, (1 << FALSE) | (1 << TRUE), bits);
  }

  tidy(): void {}

  image(): undefined {}

  problem(values: TypedArray, count: number): string | undefined {
    for (let i = 0; i < count; i++) {
      if (values[i] > TRUE) return `value ${i} is no boolean`;
    }
    return undefined;
  }
}
