// From an error to what a person reads: code, hint and exit code.
import { CollectionError, CollectionErrorCode } from '@nigh/collection';
import { ErrorCode, VectorIndexError } from '@nigh/core';
import { FilterError, FilterErrorCode } from '@nigh/filter';
import { FormatError, FormatErrorCode } from '@nigh/formats';
import { StorageError, StorageErrorCode } from '@nigh/storage';
import { TextError, TextErrorCode } from '@nigh/text';
import { expect, test } from 'vitest';
import { collectionHints, describeFailure, UsageError } from '../../src/failure.ts';

test('combinations that mean nothing are bad usage', () => {
  const failure = describeFailure(new UsageError('both were given'));
  expect(failure).toMatchObject({ code: 'USAGE', message: 'both were given', exitCode: 2 });
});

test('a damaged vector file is a failure with a hint', () => {
  const error = new FormatError({
    code: FormatErrorCode.formatDamaged,
    path: 'a.npy',
    problem: 'cut short',
    expected: '8 bytes',
    got: '7 bytes',
  });
  const failure = describeFailure(error);
  expect(failure).toMatchObject({ code: 'FORMAT_DAMAGED', exitCode: 1 });
  expect(failure.message).toBe('a.npy: cut short (expected 8 bytes, got 7 bytes)');
  expect(failure.hint).toContain('copy it again');
});

test.each([
  [ErrorCode.invalidOption, 2],
  [ErrorCode.invalidArgument, 2],
  [ErrorCode.snapshotCorrupt, 1],
  [ErrorCode.zeroVector, 1],
])('%s of core exits with %i', (code, exitCode) => {
  const failure = describeFailure(new VectorIndexError(code, 'message'));
  expect(failure).toMatchObject({ code, message: 'message', exitCode });
  expect(failure.hint).toBeDefined();
});

test.each([
  [new StorageError(StorageErrorCode.locked, 'message'), 1],
  [new StorageError(StorageErrorCode.snapshotCorrupt, 'message'), 1],
  [new FilterError(FilterErrorCode.unknownField, 'message'), 2],
  [new FilterError(FilterErrorCode.wrongType, 'message'), 2],
  [new TextError(TextErrorCode.invalidOption, 'message'), 2],
  [new CollectionError(CollectionErrorCode.keyNotFound, 'message'), 1],
])('%o of a collection is told with what to do', (error, exitCode) => {
  const failure = describeFailure(error, collectionHints);
  expect(failure).toMatchObject({ code: error.code, message: 'message', exitCode });
  expect(failure.hint).toBeDefined();
});

test('what a command says about a code comes before what all say', () => {
  const error = new VectorIndexError(ErrorCode.snapshotCorrupt, 'message');
  expect(describeFailure(error).hint).toContain('nigh build');
  expect(describeFailure(error, collectionHints).hint).toContain('backup');
});

test('an error of the system keeps its code; anything else is unexpected', () => {
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  expect(describeFailure(full)).toMatchObject({ code: 'ENOSPC', exitCode: 1 });
  expect(describeFailure('thrown text')).toMatchObject({
    code: 'UNEXPECTED',
    message: 'thrown text',
    exitCode: 1,
  });
});

test('no vectors in a file and none in a collection are two codes, each with its own hint', () => {
  const problem = 'the file holds no vectors';
  const empty = new FormatError({ code: FormatErrorCode.fileEmpty, path: 'a.npy', problem });
  const without = new CollectionError(CollectionErrorCode.noVectors, 'message');
  const hints = [empty, without].map((error) => describeFailure(error, collectionHints).hint);
  expect(hints[0]).toContain('at least one vector');
  expect(hints[1]).toContain('--text');
});

test('codes of files and of collections mean one thing each', () => {
  const shared = Object.values(FormatErrorCode).filter((code) => {
    return (Object.values(CollectionErrorCode) as string[]).includes(code);
  });
  expect(shared.sort()).toEqual(['CLOSED', 'INVALID_OPTION']);
});
