// Where the bytes of an index are: shown by `inspect` and at the end of the demo. These are bytes
// in use; the address space that is reserved is larger and costs nothing.

import type { IndexStats } from '@nigh/core';

import { formatBytes, type Paint, renderTable } from './render.ts';

/** A table of the regions of an index in memory, whole and per vector. */
export function renderBytes(bytes: IndexStats['bytes'], count: number, paint: Paint): string {
  const rows: [string, number][] = [
    ['vectors', bytes.vectors],
    ['codes', bytes.codes],
    ['graph', bytes.graph],
    ['scratch', bytes.scratch],
    ['total', bytes.total],
  ];
  return renderTable(
    [
      { title: 'in memory', cells: rows.map(([name]) => name), align: 'left' },
      { title: 'size', cells: rows.map(([, size]) => formatBytes(size)) },
      {
        title: 'per vector',
        cells: rows.map(([, size]) => formatBytes(count > 0 ? Math.round(size / count) : 0)),
      },
    ],
    paint,
  );
}
