// Lists of nodes on their way in.

import { assertNode } from '../assert.ts';
import { describe, ErrorCode, VectorIndexError } from '../errors.ts';

function invalid(message: string, got: unknown): VectorIndexError {
  return new VectorIndexError(ErrorCode.invalidArgument, message, { name: 'nodes', got });
}

/**
 * A node, or an array of them.
 *
 * @throws {VectorIndexError} INVALID_ARGUMENT
 */
export function readNodes(given: unknown): number[] {
  if (typeof given === 'number') return [assertNode(given)];
  const isList = Array.isArray(given) || ArrayBuffer.isView(given);
  if (!isList || given instanceof DataView) {
    throw invalid(`nodes must be a node or an array of nodes; got ${describe(given)}`, undefined);
  }
  return Array.from(given as ArrayLike<unknown>, assertNode);
}

/** The same, each node once. */
export function readDistinctNodes(given: unknown): number[] {
  const nodes = readNodes(given);
  const once = new Set(nodes);
  if (once.size === nodes.length) return nodes;
  const twice = nodes.find((node) => !once.delete(node));
  throw invalid(`node ${twice} stands twice among the nodes; name each once`, twice);
}
