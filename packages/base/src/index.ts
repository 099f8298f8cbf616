// What the packages above the engine share: errors with a code, checks at the door, and tables in
// typed arrays over shared memory that are saved as they lie.

export {
  assertBoolean,
  assertChoice,
  assertInteger,
  assertNumber,
  assertOptions,
  assertString,
  type Check,
} from './assert.ts';
export { allocateBits, countBits, hasBit, setBit, wordsFor } from './bits.ts';
export { ByteArena } from './byte-arena.ts';
export { describe, detail, type ErrorDetails, NighError } from './errors.ts';
export { GrowingArray } from './growing-array.ts';
export {
  type ArrayKind,
  type ArrayOf,
  arrayOfImage,
  type Image,
  ImageError,
  type ImageHeader,
  imageBytes,
  imageNamed,
  numberOfImage,
  type TypedArray,
} from './image.ts';
export { nextTurn } from './next-turn.ts';
export { ownValue, setOwn } from './own-property.ts';
export { MAX_ROW } from './rows.ts';
export { allocateArray, kindOf, viewOf } from './shared-arrays.ts';
export { StringTable } from './string-table.ts';
export { unpredictable } from './unpredictable.ts';
