// Where text stops being UTF-8: asked for only when decoding has failed.

/** The byte from which on `bytes` are no UTF-8; their length where only the end is missing. */
export function firstInvalidByte(bytes: Uint8Array): number {
  let valid = 0; // bytes up to here begin some UTF-8
  let invalid = bytes.length + 1;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >>> 1;
    if (beginsText(bytes.subarray(0, middle))) valid = middle;
    else invalid = middle;
  }
  return valid;
}

/** Whether more bytes could make these UTF-8. */
function beginsText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
