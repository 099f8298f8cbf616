// Allocates the one memory of a segment: a WebAssembly.Memory where WebAssembly runs, a plain
// buffer for the JavaScript target, either of them shared or not. All are reserved whole and never
// grow: views stay valid and fast, and untouched pages cost nothing.

import { ErrorCode, VectorIndexError } from '../errors.ts';

export const MEMORY_KINDS = ['shared', 'private'] as const;
/** Where vectors lie: in memory that other threads can be given, or in memory of one thread. */
export type MemoryKind = (typeof MEMORY_KINDS)[number];

const PAGE_BYTES = 65536;

/** The memory of one segment. Structured-cloneable unless private. */
export interface SegmentMemory {
  readonly kind: MemoryKind;
  readonly buffer: ArrayBufferLike;
  /** What the buffer belongs to where WebAssembly runs on it. */
  readonly wasm?: WebAssembly.Memory;
}

/** What a memory is to be, and whether WebAssembly is to run on it. */
export interface WantedMemory {
  readonly kind: MemoryKind;
  readonly wasm: boolean;
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
export function allocateMemory(
  { kind, wasm }: WantedMemory,
  bytes: number,
  available: number,
): SegmentMemory {
  if (bytes > available) throw outOfMemory(bytes, available);
  const shared = kind === 'shared';
  try {
    if (!wasm) return { kind, buffer: new (shared ? SharedArrayBuffer : ArrayBuffer)(bytes) };
    const pages = Math.ceil(bytes / PAGE_BYTES);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    return { kind, buffer: memory.buffer, wasm: memory };
  } catch (cause) {
    throw outOfMemory(bytes, available, cause);
  }
}
