// Growing arrays against plain ones.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GrowingArray } from '../../src/index.ts';

const value = fc.nat({ max: 2 ** 32 - 1 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), value }),
  fc.record({ kind: fc.constant('append' as const), values: fc.array(value) }),
  fc.record({ kind: fc.constant('extend' as const), length: fc.nat({ max: 200 }) }),
  fc.record({ kind: fc.constant('reserve' as const), capacity: fc.nat({ max: 200 }) }),
  fc.record({ kind: fc.constant('over' as const) }),
);

test('elements stay where they are, whatever is added behind them', () => {
  fc.assert(
    fc.property(fc.nat({ max: 40 }), fc.array(step), (capacity, steps) => {
      let array = new GrowingArray('uint32', capacity);
      const model: number[] = [];
      for (const each of steps) {
        const copy = array.copy();
        const before = [...model];
        if (each.kind === 'push') {
          array.push(each.value);
          model.push(each.value);
        } else if (each.kind === 'append') {
          array.append(each.values);
          model.push(...each.values);
        } else if (each.kind === 'extend') {
          array.extend(each.length);
          while (model.length < each.length) model.push(0);
        } else if (each.kind === 'reserve') {
          array.reserve(each.capacity);
          expect(array.values.length).toBeGreaterThanOrEqual(each.capacity);
        } else {
          array = GrowingArray.over('uint32', array.view());
        }
        expect([...array.view()]).toEqual(model);
        expect([...copy]).toEqual(before);
        expect(array.values.subarray(array.length).every((element) => element === 0)).toBe(true);
        expect(array.byteLength).toBe(4 * array.values.length);
      }
    }),
  );
});
