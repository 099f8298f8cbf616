// Which nodes a search may return, as a set of bits in shared memory: made once, used by any number
// of searches on any thread. Nothing changes it after it was made.

import { argument, assertInteger, assertNode } from './assert.ts';
import { describe, detail, ErrorCode, VectorIndexError } from './errors.ts';
import { MAX_NODES } from './hot/fields.ts';
import { allocateWords, countBits } from './memory/words.ts';

const BITS = 32;

/** The word of a node's bit, and the bit. */
function placeOf(node: number): [word: number, bit: number] {
  return [node >>> 5, 1 << (node & 31)];
}

/** Zeros for the nodes below `end`, in memory that threads share where there is any. */
function allocateBits(end: number): Uint32Array {
  const words = allocateWords(Math.ceil(end / BITS), typeof SharedArrayBuffer === 'function');
  return new Uint32Array(words.buffer);
}

/** `value` as the end of a range of nodes: a node, or the one behind the last there can be. */
function assertEnd(value: unknown, name: string): number {
  return assertInteger(value, [0, MAX_NODES], argument(name));
}

function invalidBits(value: unknown): VectorIndexError {
  const got = describe(value);
  return new VectorIndexError(
    ErrorCode.invalidArgument,
    `bits must be a Uint32Array, bit n & 31 of word n >> 5 for node n; got ${got}`,
    { name: 'bits', got: detail(value) },
  );
}

/** `nodes` as a list that can be walked twice, each of them checked. */
function listNodes(nodes: unknown): readonly number[] | Uint32Array {
  if (nodes instanceof Uint32Array) {
    for (let i = 0; i < nodes.length; i++) if (nodes[i] >= MAX_NODES) assertNode(nodes[i]);
    return nodes;
  }
  const isIterable = typeof nodes === 'object' && nodes !== null && Symbol.iterator in nodes;
  if (isIterable) return Array.from(nodes as Iterable<unknown>, assertNode);
  throw new VectorIndexError(
    ErrorCode.invalidArgument,
    `nodes must be a Uint32Array or an iterable of numbers; got ${describe(nodes)}`,
    { name: 'nodes', got: detail(nodes) },
  );
}

function assertFilter(value: unknown): NodeFilter {
  if (value instanceof NodeFilter) return value;
  throw new VectorIndexError(
    ErrorCode.invalidArgument,
    `other must be a NodeFilter; got ${describe(value)}`,
    { name: 'other', got: detail(value) },
  );
}

/**
 * A set of nodes that a search may return: the option `accept` of searches. Nodes that it says
 * nothing about are not in it. It takes a bit for each node up to its largest.
 *
 * Immutable. `bits` can be posted to another thread, whose `NodeFilter.fromBits` makes the same
 * filter of them without a copy.
 */
export class NodeFilter {
  /**
   * Bit n & 31 of word n >> 5 says whether node n is in the set. Shared memory where there is any.
   * Not to be written to: searches keep what they read of it.
   */
  readonly bits: Uint32Array;

  private constructor(bits: Uint32Array) {
    this.bits = bits;
  }

  /**
   * The filter of these nodes, in any order.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT, OUT_OF_MEMORY
   */
  static of(nodes: Iterable<number> | Uint32Array): NodeFilter {
    const list = listNodes(nodes);
    let end = 0;
    for (let i = 0; i < list.length; i++) end = Math.max(end, list[i] + 1);
    const bits = allocateBits(end);
    for (let i = 0; i < list.length; i++) {
      const [word, bit] = placeOf(list[i]);
      bits[word] |= bit;
    }
    return new NodeFilter(bits);
  }

  /**
   * The filter of the nodes from `first` up to, not including, `end`: those that were added
   * between two moments.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT, OUT_OF_MEMORY
   */
  static range(first: number, end: number): NodeFilter {
    const start = assertEnd(first, 'first');
    const stop = assertInteger(end, [start, MAX_NODES], argument('end'));
    const bits = allocateBits(stop);
    bits.fill(0xffffffff, start >>> 5);
    if (start < stop && (start & 31) !== 0) bits[start >>> 5] &= -1 << (start & 31);
    if (start < stop && (stop & 31) !== 0) bits[stop >>> 5] &= (1 << (stop & 31)) - 1;
    if (start === stop) bits.fill(0);
    return new NodeFilter(bits);
  }

  /**
   * The filter of those of `nodes` that `accepts` says true of. It is asked once for each, now.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT, OUT_OF_MEMORY; what `accepts` throws
   */
  static where(
    nodes: Iterable<number> | Uint32Array,
    accepts: (node: number) => boolean,
  ): NodeFilter {
    if (typeof accepts !== 'function') {
      throw new VectorIndexError(
        ErrorCode.invalidArgument,
        `accepts must be a function of a node; got ${describe(accepts)}`,
        { name: 'accepts', got: detail(accepts) },
      );
    }
    return NodeFilter.of(listNodes(nodes).filter((node) => accepts(node)));
  }

  /**
   * The filter of these bits. They are not copied when they lie in shared memory, and must not be
   * written to any more then.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT, OUT_OF_MEMORY
   */
  static fromBits(bits: Uint32Array): NodeFilter {
    if (!isBits(bits)) throw invalidBits(bits);
    const shared = typeof SharedArrayBuffer === 'function';
    if (shared && bits.buffer instanceof SharedArrayBuffer) return new NodeFilter(bits);
    const copy = allocateBits(bits.length * BITS);
    copy.set(bits);
    return new NodeFilter(copy);
  }

  /** Whether `node` is in the set. */
  has(node: number): boolean {
    const [word, bit] = placeOf(assertNode(node));
    return word < this.bits.length && (this.bits[word] & bit) !== 0;
  }

  /** How many nodes are in the set. */
  get count(): number {
    let count = 0;
    for (let i = 0; i < this.bits.length; i++) count += countBits(this.bits[i]);
    return count;
  }

  /** The nodes of the set, ascending. */
  nodes(): Uint32Array {
    const nodes = new Uint32Array(this.count);
    let filled = 0;
    for (let i = 0; i < this.bits.length; i++) {
      for (let word = this.bits[i] | 0; word !== 0; word &= word - 1) {
        nodes[filled++] = i * BITS + 31 - Math.clz32(word & -word);
      }
    }
    return nodes;
  }

  /** The filter of nodes that are in both. */
  and(other: NodeFilter): NodeFilter {
    const { bits } = assertFilter(other);
    const length = Math.min(bits.length, this.bits.length);
    return this.#combine(length, (i) => this.bits[i] & bits[i]);
  }

  /** The filter of nodes that are in one of the two, or in both. */
  or(other: NodeFilter): NodeFilter {
    const { bits } = assertFilter(other);
    const length = Math.max(bits.length, this.bits.length);
    return this.#combine(length, (i) => (this.bits[i] ?? 0) | (bits[i] ?? 0));
  }

  /** The filter of nodes that are in this one and not in the other. */
  without(other: NodeFilter): NodeFilter {
    const { bits } = assertFilter(other);
    return this.#combine(this.bits.length, (i) => this.bits[i] & ~(bits[i] ?? 0));
  }

  /**
   * The filter of the nodes below `end` that are not in this one.
   *
   * @throws {VectorIndexError} INVALID_ARGUMENT, OUT_OF_MEMORY
   */
  not(end: number): NodeFilter {
    return NodeFilter.range(0, end).without(this);
  }

  #combine(length: number, word: (index: number) => number): NodeFilter {
    const bits = allocateBits(length * BITS);
    for (let i = 0; i < length; i++) bits[i] = word(i);
    return new NodeFilter(bits);
  }
}

/** Whether a value is bits whose memory is still there. */
function isBits(value: unknown): value is Uint32Array {
  if (!(value instanceof Uint32Array)) return false;
  return !('detached' in value.buffer && value.buffer.detached === true);
}

/** The bits of a search: where they are, and whether they stay as they are for good. */
export interface AcceptedBits {
  readonly bits: Int32Array;
  /** Stands for the content, when that never changes. */
  readonly key?: object;
}

/** `value` as the bits of a search, as they are. */
export function assertAccept(value: unknown): AcceptedBits {
  const bits = value instanceof NodeFilter ? value.bits : value;
  if (isBits(bits)) {
    const words = new Int32Array(bits.buffer, bits.byteOffset, bits.length);
    return value instanceof NodeFilter ? { bits: words, key: value } : { bits: words };
  }
  throw new VectorIndexError(
    ErrorCode.invalidOption,
    `accept must be a NodeFilter or the bits of one in a Uint32Array; got ${describe(value)}`,
    { name: 'accept', got: detail(value) },
  );
}

/**
 * The bits of a batch: nobody changes them while it runs, and its threads share them where
 * `shared` says so.
 */
export function keepForBatch(accept: AcceptedBits, shared: boolean): AcceptedBits {
  const isShared =
    typeof SharedArrayBuffer === 'function' && accept.bits.buffer instanceof SharedArrayBuffer;
  const stays = accept.key !== undefined && (isShared || !shared);
  const bits = stays ? accept.bits : allocateWords(accept.bits.length, shared);
  if (!stays) bits.set(accept.bits);
  return { bits, key: bits };
}
