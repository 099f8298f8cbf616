// What is taken from an image is what is asked for, or an error.

import { expect, test } from 'vitest';
import {
  arrayOfImage,
  type Image,
  ImageError,
  imageBytes,
  numberOfImage,
} from '../../src/index.ts';

const image: Image = {
  header: { count: 3, half: 0.5, name: 'x', list: [1] },
  arrays: { units: new Uint16Array(4), values: new Float64Array(2) },
};

test('arrays are of the kind and the length that are asked for', () => {
  expect(arrayOfImage(image, 'units', 'uint16')).toBe(image.arrays.units);
  expect(arrayOfImage(image, 'values', 'float64', 2)).toBe(image.arrays.values);
  expect(() => arrayOfImage(image, 'units', 'uint32')).toThrow('array units is uint16, not uint32');
  expect(() => arrayOfImage(image, 'units', 'uint16', 5)).toThrow('has 4 elements, not 5');
  for (const name of ['nothing', 'constructor', '__proto__', 'toString']) {
    expect(() => arrayOfImage(image, name, 'uint8')).toThrow(ImageError);
    expect(() => arrayOfImage(image, name, 'uint8')).toThrow('missing');
  }
  const arrays = { list: [1, 2], nothing: null } as unknown as Image['arrays'];
  expect(() => arrayOfImage({ header: {}, arrays }, 'list', 'uint8')).toThrow(
    'array list is of no kind',
  );
  expect(() => arrayOfImage({ header: {}, arrays }, 'nothing', 'uint8')).toThrow(ImageError);
});

test('numbers are integers in a range', () => {
  expect(numberOfImage(image, 'count', [3, 3])).toBe(3);
  for (const [name, range] of [
    ...[['count', [0, 2]] as const, ['count', [4, 9]] as const, ['half', [0, 1]] as const],
    ...[['name', [0, 9]] as const, ['list', [0, 9]] as const, ['toString', [0, 9]] as const],
    ['nothing', [0, 9]] as const,
  ]) {
    expect(() => numberOfImage(image, name, range)).toThrow(ImageError);
  }
});

test('the bytes of an image are those of its arrays', () => {
  expect(imageBytes(image)).toBe(24);
  expect(imageBytes({ header: {}, arrays: {} })).toBe(0);
});
