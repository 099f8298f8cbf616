// The generated tables: idempotent, complete in what they admit, the documents in step with them.
import { describe, expect, test } from 'vitest';
import { newestReports, RESULTS_FOLDER, type Report } from '../../harness/report.ts';
import { documentUpdates, withTables } from '../../tables/documents.ts';
import { plotFiles, plotImages } from '../../tables/plots.ts';
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

describe('plots', () => {
  const row = (name: string, efSearch: number, recall: number) => ({
    ...{ set: 'some set', name, peer: name !== 'nigh', efSearch, recall },
    queriesPerSecond: 10_000 / efSearch,
  });
  const curve = ['nigh', 'usearch f32', 'usearch i8'].flatMap((name) => [
    row(name, 10, 0.5),
    row(name, 20, 0.95),
    row(name, 40, 1),
  ]);
  const growth = [1_000, 1_000_000].map((count) => {
    return { count, asking: 'recall 0.95', p50Microseconds: 10, p99Microseconds: 30 };
  });
  const measured = new Map([
    ['search', { ...report, tables: { curve } }],
    ['growth', { ...report, tables: { growth } }],
  ]);
  const files = plotFiles(measured);
  const search = files[0]?.svg ?? '';

  test('are one for each set and one of growth, the same bytes every time', () => {
    expect(files.map(({ name }) => name)).toEqual(['search-some-set', 'growth']);
    expect(plotFiles(measured)).toEqual(files);
  });

  test('name their axes and lines and bring a background', () => {
    expect(search).toMatch(/^<svg [^>]*xmlns="http:[^>]*><rect [^>]*fill="#ffffff"/);
    for (const text of ['nigh', 'usearch f32', 'usearch i8', '0.999', 'queries per second']) {
      expect(search).toContain(`>${text}</text>`);
    }
    expect(files[1]?.svg).toContain('>1M</text>');
  });

  test('leave out what is far from the recalls that matter', () => {
    expect(search.match(/<circle /g)).toHaveLength(3 * 2);
    expect(search).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('draw ours wider than a peer, and two ways of one peer in one color', () => {
    const legend = [...search.matchAll(/<line stroke-dasharray="([^"]*)"[^>]*>/g)];
    const attribute = (name: string) =>
      legend.map(([line]) => new RegExp(` ${name}="([^"]*)"`).exec(line)?.[1]);
    const [ours, f32, i8] = attribute('stroke-width').map(Number);
    expect(ours).toBeGreaterThan(f32 ?? 0);
    expect(f32).toBe(i8);
    const colors = attribute('stroke');
    expect(colors[1]).toBe(colors[2]);
    expect(colors[0]).not.toBe(colors[1]);
    expect(legend[1]?.[1]).not.toBe(legend[2]?.[1]);
  });

  test('stand in a document as images, from where it lies', () => {
    const text = '<!-- plots:search -->\nold\n<!-- /plots -->';
    const updated = withTables(text, measured, { plots: files, folder: 'docs/plots' });
    expect(updated).toContain('![some set: speed and recall, one thread](docs/plots/search-some');
    expect(updated).not.toContain('growth');
    expect(plotImages([], 'search', '.')).toMatch(/^No result/);
  });

  test('are none where the result knows no sets', () => {
    expect(plotFiles(reports)).toEqual([]);
  });
});

test('a column that no row knows is left out', () => {
  expect(renderTable('search', reports)).not.toContain('bytes');
});

test('the documents and plots are in step with the committed results', () => {
  for (const { path, current, updated } of documentUpdates(newestReports(RESULTS_FOLDER))) {
    expect(updated, path).toBe(current);
  }
});
