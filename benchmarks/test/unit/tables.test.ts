// The generated tables: idempotent, complete in what they admit, the documents in step with them.
import { describe, expect, test } from 'vitest';
import { newestReports, RESULTS_FOLDER, type Report } from '../../harness/report.ts';
import { documentUpdates, withTables } from '../../tables/documents.ts';
import { renderTable, TABLE_NAMES } from '../../tables/render.ts';

const report: Report = {
  program: 'search',
  command: 'pnpm run search',
  date: '2026-01-02T03:04:05.000Z',
  machine: {
    cpu: 'A CPU',
    cores: 2,
    memoryBytes: 2 ** 34,
    os: 'linux 6',
    architecture: 'x64',
    node: '24.0.0',
    v8: '13',
    commit: 'abc',
  },
  data: { description: 'some data' },
  parameters: {},
  method: [],
  tables: { summary: [{ name: 'nigh', recall: 0.99, queriesPerSecond: 12_345 }], curve: [] },
  comparisons: [
    {
      what: 'search',
      ours: 'nigh javascript',
      peer: 'a peer',
      unit: 'queries/s',
      ourValue: 50,
      peerValue: 100,
      ratio: 0.5,
      recall: 'recall@10 0.99',
    },
  ],
  goals: [
    { goal: 'a missed one', measured: 1, required: 2, direction: 'at least' },
    { goal: 'a met one', measured: 1, required: 2, direction: 'at most' },
  ],
};
const reports = new Map([['search', report]]);

describe('withTables', () => {
  const text = 'before\n<!-- table:search -->\nold\n<!-- /table -->\nafter\n';

  test('replaces what stands between the markers and nothing else', () => {
    const updated = withTables(text, reports);
    expect(updated).toMatch(/^before\n<!-- table:search -->\n/);
    expect(updated).toMatch(/<!-- \/table -->\nafter\n$/);
    expect(updated).toContain('| nigh | 0.99 | 12,350 |');
    expect(updated).not.toContain('old');
  });

  test('changes nothing the second time', () => {
    const updated = withTables(text, reports);
    expect(withTables(updated, reports)).toBe(updated);
  });

  test('refuses a marker that is not closed', () => {
    expect(() => withTables(`<!-- table:goals -->\n${text}`, reports)).toThrow(
      'not as many closed',
    );
  });

  test('refuses a name it does not know', () => {
    expect(() => withTables(text.replace('search', 'serach'), reports)).toThrow('serach');
  });
});

describe('renderTable', () => {
  test('lists a comparison that a peer wins and a goal that was missed', () => {
    const losses = renderTable('losses', reports);
    expect(losses).toContain('nigh javascript');
    expect(losses).toContain('0.5x');
    expect(losses).toContain('a missed one');
    expect(losses).not.toContain('a met one');
  });

  test('renders every name without a result, as a sentence', () => {
    for (const name of TABLE_NAMES) expect(renderTable(name, new Map())).toMatch(/^No result/);
  });
});

test('the documents are in step with the committed results', () => {
  for (const { path, current, updated } of documentUpdates(newestReports(RESULTS_FOLDER))) {
    expect(updated, path).toBe(current);
  }
});
