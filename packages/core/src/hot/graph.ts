// Where a node's neighbors are. A row is [degree, neighbor, ...] of fixed size; level 0 has one per
// node, upper levels share a pool in which a node's rows lie one after another, level 1 first.
// What the graph calls a node is a slot: the map NODES says whose vector it stands for.

import {
  BY_HUBS,
  COPY_COUNT,
  ENTRY_KIND,
  FIRST_COPY,
  LEVELS,
  NODES,
  ROW_WORDS,
  ROWS,
  UPPER_HEADS,
  UPPER_ROW_WORDS,
  UPPER_ROWS,
} from './fields.ts';
import { i32At, setI32, u8At } from './machine.ts';

/** The node whose vector slot `slot` of the graph stands for. */
export function nodeOf(slot: i32): i32 {
  return i32At(i32At(NODES) + slot);
}

/** True when `slot` only has the codes of another and is no part of the graph. */
export function isCopy(slot: i32): boolean {
  const index = slot - i32At(FIRST_COPY);
  return index >= 0 && index < i32At(COPY_COUNT);
}

/** The level of `node`: the highest it has a row on. */
export function levelOf(node: i32): i32 {
  if (i32At(ENTRY_KIND) === BY_HUBS) return 0;
  return u8At(i32At(LEVELS), node);
}

/** The word of the row of `node` on `level`, which must not exceed the node's own. */
export function rowOf(node: i32, level: i32): i32 {
  if (level === 0) return i32At(ROWS) + node * i32At(ROW_WORDS);
  const index = i32At(i32At(UPPER_HEADS) + node) + level - 1;
  return i32At(UPPER_ROWS) + index * i32At(UPPER_ROW_WORDS);
}

/** Most neighbors a row on `level` holds. */
export function maxDegree(level: i32): i32 {
  return (level === 0 ? i32At(ROW_WORDS) : i32At(UPPER_ROW_WORDS)) - 1;
}

/** Appends to a row that has room. Only the worker that owns the row in this phase may call it. */
export function appendNeighbor(row: i32, neighbor: i32): void {
  const degree = i32At(row);
  setI32(row + 1 + degree, neighbor);
  setI32(row, degree + 1);
}

export function hasNeighbor(row: i32, neighbor: i32): boolean {
  const end = row + 1 + i32At(row);
  for (let word = row + 1; word < end; word++) {
    if (i32At(word) === neighbor) return true;
  }
  return false;
}
