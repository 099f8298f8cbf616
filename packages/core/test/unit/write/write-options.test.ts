// The options of writes: what is filled in, and what is refused.

import { describe, expect, test } from 'vitest';
import { readWriteOptions } from '../../../src/write/write-options.ts';

describe('the options of a write', () => {
  test('have a default, and carry what was given', () => {
    expect(readWriteOptions({})).toEqual({ rebuild: 'auto', link: true });
    expect(readWriteOptions({ rebuild: undefined })).toEqual({ rebuild: 'auto', link: true });
    const { signal } = new AbortController();
    const onProgress = (): void => undefined;
    const given = { rebuild: 'never', link: false, signal, onProgress };
    expect(readWriteOptions(given)).toEqual(given);
  });

  const bad: readonly (readonly [given: unknown, name: string])[] = [
    [{ rebuild: 'always' }, 'rebuild'],
    [{ rebuild: null }, 'rebuild'],
    [{ rebuild: 1 }, 'rebuild'],
    [{ link: 0 }, 'link'],
    [{ rebuilt: 'now' }, 'rebuilt'],
    [{ onProgress: 1 }, 'onProgress'],
    [{ signal: {} }, 'signal'],
    [null, 'options'],
    [7, 'options'],
  ];
  test.each(bad)('%j are refused', (given, name) => {
    expect(() => readWriteOptions(given)).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(name) }),
    );
  });
});
