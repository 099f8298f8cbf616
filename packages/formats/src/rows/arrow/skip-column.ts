// Passes over a column that nobody asked for: only how many buffers it has matters, so columns of
// any type may stand beside those that are read.

import type { BufferReader } from './buffers.ts';
import type { DataType } from './schema.ts';
import { TypeId } from './type-id.ts';

/** Passes over the next column of the batch without looking into it. */
export function skipColumn(type: DataType, buffers: BufferReader): void {
  const { typeId } = type;
  buffers.node();
  if (typeId === TypeId.null || typeId === TypeId.runEndEncoded) {
    // no buffers of its own
  } else if (typeId === TypeId.struct || typeId === TypeId.fixedSizeList) {
    buffers.pass(1);
  } else if (typeId === TypeId.union) {
    buffers.pass(type.mode === 0 ? 1 : 2);
  } else if (THREE_BUFFERS.has(typeId)) {
    buffers.pass(3);
  } else {
    buffers.pass(2);
    if (typeId === TypeId.utf8View || typeId === TypeId.binaryView)
      buffers.pass(buffers.variadic());
  }
  if (typeId === TypeId.dictionary) return;
  for (const child of type.children) skipColumn(child.type, buffers);
}

const THREE_BUFFERS: ReadonlySet<number> = new Set([
  ...[TypeId.utf8, TypeId.largeUtf8, TypeId.binary, TypeId.largeBinary],
  ...[TypeId.listView, TypeId.largeListView],
]);
