// Reading exact byte ranges of an open file. A read may return fewer bytes than asked for at any
// time; only a read that returns none means that the file has ended.

import { FormatError, FormatErrorCode } from './errors.ts';
import type { OpenedFile } from './opened-file.ts';

/** One call never asks for more: Node refuses lengths past 2^31 - 1 bytes. */
const MAX_CALL_BYTE_LENGTH = 64 * 1024 * 1024;

/**
 * Fills the whole of `target` (a view of private or shared memory) from byte `offset` of the file.
 *
 * @throws FormatError FORMAT_DAMAGED when the file ends early, FILE_UNREADABLE when the
 * operating system refuses.
 */
export async function readExactly(
  file: OpenedFile,
  target: Uint8Array,
  offset: number,
): Promise<void> {
  let done = 0;
  while (done < target.byteLength) {
    const length = Math.min(target.byteLength - done, MAX_CALL_BYTE_LENGTH);
    const bytesRead = await readSome(file, target.subarray(done, done + length), offset + done);
    if (bytesRead === 0) {
      throw new FormatError({
        code: FormatErrorCode.formatDamaged,
        path: file.path,
        problem: `the file ends at byte ${offset + done}`,
        offset: offset + done,
        expected: `${target.byteLength} bytes from byte ${offset}`,
        got: `${done} bytes`,
      });
    }
    done += bytesRead;
  }
}

/** Reads into `target` what one call gives: its bytes, 0 at the end of the file. */
export async function readSome(
  file: OpenedFile,
  target: Uint8Array,
  offset: number,
): Promise<number> {
  try {
    const { bytesRead } = await file.handle.read(target, 0, target.byteLength, offset);
    return bytesRead;
  } catch (cause) {
    throw new FormatError({
      code: FormatErrorCode.fileUnreadable,
      path: file.path,
      problem: `cannot be read at byte ${offset}`,
      offset,
      cause,
    });
  }
}
