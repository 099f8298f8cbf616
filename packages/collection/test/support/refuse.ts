// Calls as callers without types make them, and what a refused one must be: an error with a code,
// its facts, and nothing changed.

import { NighError } from '@nigh/base';
import { VectorIndexError } from '@nigh/core';
import { expect } from 'vitest';
import type { Collection } from '../../src/index.ts';
import { stateOf } from './state.ts';

/** The collection as callers without types use it. */
type Loose = Record<string, (...args: unknown[]) => unknown>;
export type Call = (collection: Loose) => unknown;

export interface Wanted {
  readonly code: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Text, or what is to match it. */
  readonly message?: unknown;
}

/** What a call ends with, whether it throws or rejects. */
async function errorOf(collection: Collection, call: Call): Promise<unknown> {
  try {
    await call(collection as unknown as Loose);
  } catch (error) {
    return error;
  }
  return 'no error';
}

export async function expectRefusal(
  collection: Collection,
  call: Call,
  wanted: Wanted,
): Promise<void> {
  const state = await stateOf(collection);
  const error = await errorOf(collection, call);
  expect(error instanceof NighError || error instanceof VectorIndexError, String(error)).toBe(true);
  const { code, details, message } = error as NighError;
  expect({ code, details, message }).toMatchObject(wanted);
  expect(message.length).toBeGreaterThan(10);
  JSON.stringify(details); // facts, no objects of the caller's
  expect(await stateOf(collection)).toBe(state);
}

/** A document that is right. */
export const GOOD = { key: 'new', vector: [1, 2], metadata: { year: 1 }, text: 'alpha' };

/** The same with a property that throws when it is read. */
export const thrower = (name: string): object =>
  Object.defineProperty({ ...GOOD }, name, {
    enumerable: true,
    get: () => {
      throw new Error('mine');
    },
  });
