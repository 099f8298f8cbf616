// Allocates the one memory of a segment. A shared WebAssembly.Memory where WebAssembly runs, a
// plain SharedArrayBuffer for the JavaScript target, an ArrayBuffer where sharing is not allowed.
// All are reserved whole and never grow: views stay valid and fast, and untouched pages cost
// nothing.

import { ErrorCode, VectorIndexError } from '../errors.ts';

export const MEMORY_KINDS = ['wasm', 'shared', 'private'] as const;
/**
 * Where vectors lie: a WebAssembly memory that is shared, a shared buffer, a buffer of one thread.
 */
export type MemoryKind = (typeof MEMORY_KINDS)[number];

const PAGE_BYTES = 65536;

/**
 * The memory of one segment; `wasm` is there for kind 'wasm'. Structured-cloneable unless private.
 */
export interface SegmentMemory {
  readonly kind: MemoryKind;
  readonly buffer: ArrayBufferLike;
  readonly wasm?: WebAssembly.Memory;
}

function formatBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function outOfMemory(bytes: number, available: number, cause?: unknown): VectorIndexError {
  const limit = Number.isFinite(available) ? ` of ${formatBytes(available)}` : '';
  return new VectorIndexError(
    ErrorCode.outOfMemory,
    `cannot reserve ${formatBytes(bytes)}${limit} for a segment; ` +
      'lower capacity or segmentByteLimit',
    { bytes, available },
    cause,
  );
}

/**
 * Reserves `bytes` zeroed bytes. Reserving more than the machine has would seem to work and end the
 * process later, so more than `available` bytes is refused.
 *
 * @throws {VectorIndexError} OUT_OF_MEMORY
 */
export function allocateMemory(kind: MemoryKind, bytes: number, available: number): SegmentMemory {
  if (bytes > available) throw outOfMemory(bytes, available);
  try {
    if (kind === 'wasm') {
      const pages = Math.ceil(bytes / PAGE_BYTES);
      const wasm = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
      return { kind, buffer: wasm.buffer, wasm };
    }
    if (kind === 'shared') return { kind, buffer: new SharedArrayBuffer(bytes) };
    return { kind, buffer: new ArrayBuffer(bytes) };
  } catch (cause) {
    throw outOfMemory(bytes, available, cause);
  }
}
