// Numbers of columns as numbers of rows: never rounded silently where they are integers.

import { unsupportedValue } from './flaw.ts';

/** Milliseconds from 1970 that a Date can hold, either way. */
const MAX_TIME = 8.64e15;

/** @throws Flaw for an integer that a number would round. */
export function safeInteger(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw unsupportedValue(`the integer ${value} is beyond 2^53: save it as text`);
}

/** @throws Flaw for a time that a Date cannot hold. */
export function dateOf(milliseconds: number): Date {
  if (Math.abs(milliseconds) <= MAX_TIME) return new Date(milliseconds);
  throw unsupportedValue('a time is more than 275,000 years away');
}

/** Units of a time: seconds, milli-, micro-, nanoseconds; how many are a millisecond. */
const PER_MILLISECOND: readonly bigint[] = [0n, 1n, 1000n, 1_000_000n];

/** A time in units from 1970 on, at the millisecond before. @throws Flaw as {@link dateOf}. */
export function dateOfUnits(value: bigint, unit: number): Date {
  if (unit === 0) return dateOf(Number(value) * 1000);
  const divisor = PER_MILLISECOND[unit] ?? 1n;
  const floored = value < 0n ? value - divisor + 1n : value;
  return dateOf(Number(floored / divisor));
}

/** The number next to `unscaled * 10^-scale`. */
export function decimalOf(unscaled: bigint, scale: number): number {
  return Number(`${unscaled}e${-scale}`);
}
