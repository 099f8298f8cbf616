/** The tables of the results of reliability/main.ts. */
import { columns } from './markdown.ts';
import type { TableSource } from './render.ts';

const program = 'reliability';

export const RELIABILITY_TABLES: Readonly<Record<string, TableSource>> = {
  'reliability-kills': {
    program,
    table: 'kills',
    columns: columns(
      ...['processes killed', 'under load', 'in checkpoints', 'compacting'],
      ...['closing and opening', 'in recovery', 'writes acknowledged', 'failures'],
    ),
  },
  'reliability-cuts': {
    program,
    table: 'power cuts',
    columns: columns(
      ...['durability', 'seed', 'steps', 'power cuts', 'in recovery', 'backups', 'failures'],
    ),
  },
  'reliability-calls': {
    program,
    table: 'failed calls',
    columns: columns('seed', 'calls failed', 'errors with codes', 'failures'),
  },
  'reliability-bytes': {
    program,
    table: 'changed bytes',
    columns: columns(
      ...['bytes of files', 'changes', 'refused', 'cut as the end of a log', 'failures'],
    ),
  },
  'reliability-faults': {
    program,
    table: 'planted faults',
    columns: [
      ...columns('planted', 'check'),
      { key: 'found', title: 'found', format: (value) => (value === true ? 'yes' : 'no') },
    ],
  },
};
