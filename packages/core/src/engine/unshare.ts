// A module that imports shared memory takes no other. What it imports is one flag of its import
// section, and atomic instructions are allowed on memory of either sort: so the module for memory
// that is not shared is made of the same bytes. The format is that of the WebAssembly core
// specification, 5.5, with the limits of the threads proposal.

const PREAMBLE_BYTES = 8;
const IMPORT_SECTION = 2;
const MEMORY_IMPORT = 2;
/** Limits with a maximum, of memory that is shared; the same of memory that is not. */
const SHARED_LIMITS = 3;
const LIMITS = 1;

/** Reads from `at` on. */
interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** An unsigned number in LEB128. */
function readNumber(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = cursor.bytes[cursor.at++];
    value |= (byte & 127) << shift;
    if (byte < 128) return value >>> 0;
  }
}

function skipName(cursor: Cursor): void {
  const length = readNumber(cursor);
  cursor.at += length;
}

/** Where the flags of the limits of the imported memory are. */
function findLimits(bytes: Uint8Array): number {
  const cursor: Cursor = { bytes, at: PREAMBLE_BYTES };
  while (cursor.at < bytes.length) {
    const section = bytes[cursor.at++];
    const end = readNumber(cursor) + cursor.at;
    if (section !== IMPORT_SECTION) {
      cursor.at = end;
      continue;
    }
    const count = readNumber(cursor);
    skipName(cursor);
    skipName(cursor);
    const kind = bytes[cursor.at++];
    if (count === 1 && kind === MEMORY_IMPORT && bytes[cursor.at] === SHARED_LIMITS) {
      return cursor.at;
    }
    break;
  }
  throw new Error('the module imports something else than one shared memory');
}

/** The same module for memory that is not shared. It imports a shared memory and nothing else. */
export function unshare(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const unshared = bytes.slice();
  unshared[findLimits(bytes)] = LIMITS;
  return unshared;
}
