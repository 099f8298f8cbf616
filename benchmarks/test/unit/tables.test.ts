// The generated tables, figures and plots: idempotent, complete in what they admit, the documents
// in step with them.
import { describe, expect, test } from 'vitest';
import { newestReports, RESULTS_FOLDER, type Report } from '../../harness/report.ts';
import { documentUpdates, withTables } from '../../tables/documents.ts';
import { FIGURE_NAMES, renderFigure } from '../../tables/figures.ts';
import { plotFiles, plotImages } from '../../tables/plots.ts';
import { renderTable, TABLE_NAMES } from '../../tables/render.ts';
import { compareReport, SETS } from '../support/compare-report.ts';

const reports = new Map([['compare', compareReport]]);
/** The result with other comparisons. */
const comparing = (...comparisons: Report['comparisons']) =>
  new Map([['compare', { ...compareReport, comparisons }]]);
const [comparison] = compareReport.comparisons as [Report['comparisons'][number]];

/** The cells of the rows of a table, without its header. */
function cellsOf(markdown: string): string[][] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) => line.slice(2, -2).split(' | '));
}

describe('withTables', () => {
  const text = 'before\n<!-- table:compare-failures -->\nold\n<!-- /table -->\nafter\n';

  test('replaces what stands between the markers and nothing else', () => {
    const updated = withTables(text, reports);
    expect(updated).toMatch(/^before\n<!-- table:compare-failures -->\n/);
    expect(updated).toMatch(/<!-- \/table -->\nafter\n$/);
    expect(updated).toContain('| zvec | Error: no file at');
    expect(updated).not.toContain('old');
  });

  test('changes nothing the second time', () => {
    const updated = withTables(text, reports);
    expect(withTables(updated, reports)).toBe(updated);
  });

  test('replaces a figure inside its sentence', () => {
    const sentence = 'It takes <!-- figure:install -->9<!-- /figure -->, once.\n';
    const updated = withTables(sentence, reports);
    expect(updated).toBe(
      'It takes <!-- figure:install -->Installed in 1.5 s: 2.5 MB with all dependencies, ' +
        'and no install script<!-- /figure -->, once.\n',
    );
    expect(withTables(updated, reports)).toBe(updated);
  });

  test('leaves out a caption that was above, where a page is read as a whole', () => {
    const both = ['index', 'churn'].map(
      (name) => `<!-- table:compare-${name} -->\n<!-- /table -->`,
    );
    const captions = (choice: 'once' | 'each') =>
      withTables(both.join('\n'), reports, { plots: [], folder: '.', captions: choice });
    expect(captions('each').match(/<sub>/g)).toHaveLength(2);
    expect(captions('once').match(/<sub>/g)).toHaveLength(1);
    expect(captions('once')).toMatch(/remove and add \|\n\n<!-- \/table -->$/);
  });

  test('refuses a marker that is not closed', () => {
    for (const open of ['<!-- table:goals -->', '<!-- figure:search -->']) {
      expect(() => withTables(`${open}\n${text}`, reports)).toThrow('not as many closed');
    }
  });

  test('refuses a name it does not know', () => {
    expect(() => withTables(text.replace('failures', 'failure'), reports)).toThrow('failure');
    const figure = '<!-- figure:serach --><!-- /figure -->';
    expect(() => withTables(figure, reports)).toThrow('serach');
  });
});

describe('renderTable', () => {
  test('renders every name without a result, as a sentence', () => {
    for (const name of TABLE_NAMES) expect(renderTable(name, new Map())).toMatch(/^No result/);
  });

  test.for(TABLE_NAMES.filter((name) => /^compare-(?!method)/.test(name)))(
    '%s has rows, no holes, and says how to repeat it',
    (name) => {
      const table = renderTable(name, reports);
      expect(cellsOf(table).length).toBeGreaterThan(0);
      expect(table).not.toMatch(/undefined|NaN|\[object/);
      expect(table).toContain('<sub>some data, seed 7. hnswlib-node 1.2.3, usearch 1.2.3. A CPU');
      expect(table).toContain('Node 24.0.0, commit abc. `npm run compare`, 2026-01-02.</sub>');
    },
  );

  test('says how it was measured, and nothing of single peers', () => {
    const method = renderTable('compare-method', reports);
    expect(method).toBe('- Everybody in a process of its own.\n- **Damaged files:** some.');
  });

  test('puts the speeds of a recall into one row for each peer, losses in bold', () => {
    expect(cellsOf(renderTable('compare-search', reports))).toEqual([
      ['nigh, queries/s', '30,000', '30,000'],
      ['over hnswlib-node', '3x', '3x'],
      ['over usearch f32', '3.75x', '3.75x'],
      ['over usearch i8', '**0.75x**', '**0.75x**'],
      ['over javascript', '600x', '600x'],
    ]);
  });

  test('shows one index of the first set, both thread counts in one row', () => {
    const rows = cellsOf(renderTable('compare-index', reports));
    expect(rows).toHaveLength(6);
    expect(rows[0]).toEqual(['nigh', '60,000', '120,000', '20x', '0.9900', '80', '70', '5']);
    expect(rows[2]?.slice(0, 3)).toEqual(['hnswlib-node', '3,000', '-']);
    expect(renderTable('compare-index', reports)).toMatch(/^\| clustered 100k x 128 \|/);
  });

  test('turns filters into a row for each library, damaged files into one for each outcome', () => {
    const filters = renderTable('compare-filters', reports);
    expect(filters).toContain('| 1 % pass | 50 % pass |');
    expect(cellsOf(filters)[0]).toContain('1,234 at 0.9800');
    expect(cellsOf(renderTable('compare-damage', reports))).toEqual([
      ['nigh, nigh int8', 'error', 'error'],
      ['hnswlib-node', 'loaded, wrong answers', '-'],
    ]);
  });

  test('names a package once, and no folder of the machine', () => {
    const packages = cellsOf(renderTable('compare-install', reports)).map(([name]) => name);
    expect(packages).toEqual(['nigh', 'hnswlib-node', 'usearch']);
    const failures = renderTable('compare-failures', reports);
    expect(failures).toContain('no file at …');
    expect(failures).not.toContain('/some');
  });

  test('leaves out a column that no row knows', () => {
    const summary = [{ set: 'a set', name: 'nigh', at95: 5 }];
    const older = new Map([['compare', { ...compareReport, tables: { summary } }]]);
    const table = renderTable('compare-summary', older);
    expect(table).toContain('queries/s at recall@10 0.95');
    expect(table).not.toContain('p50');
  });
});

describe('the tables of losses', () => {
  test('sum up by peer, with the worst ratio of each topic', () => {
    const summary = renderTable('losses-summary', reports);
    expect(summary).toContain('Peers win 2 of 8 comparisons with our defaults.');
    expect(summary).toContain('- **usearch i8**: search, one thread, on all 2 sets (0.75x)');
    expect(summary).not.toContain('hnswlib-node');
    expect(summary).toContain('Of 1 goal 1 was missed, by program: compare 1 of 1.');
  });

  test('name the sets where a peer does not win on all of them', () => {
    const lost = { ...comparison, ratio: 0.5 };
    const won = { ...lost, what: `search, one thread, ${SETS[1]}`, ratio: 2 };
    const worse = { ...lost, recall: 'recall@10 0.99 (both, interpolated)', ratio: 0.4 };
    const other = { ...lost, what: 'size', ratio: 0.9 };
    const summary = renderTable('losses-summary', comparing(lost, won, worse, other));
    const [first] = SETS;
    expect(summary).toContain(
      `- **hnswlib-node**: search, one thread: ${first} (0.4x); size (0.9x)`,
    );
    const details = cellsOf(renderTable('losses', comparing(lost, won, worse, other)));
    expect(details[0]?.[4]).toBe('recall@10 0.95, 0.99');
    expect(details[0]?.[7]).toBe('0.4x to 0.5x');
  });

  test('keep another choice of ours apart from the defaults', () => {
    const variant = { ...comparison, ours: 'nigh int8', ratio: 0.5 };
    const settled = { ...comparison, ours: 'nigh, balanced, threads 1', ratio: 0.5 };
    const both = comparing(variant, settled);
    const summary = renderTable('losses-summary', both);
    expect(summary).toContain('Peers win 1 of 1 comparison with our defaults.');
    expect(summary).toContain('Against other choices (nigh int8) they win 1 of 1 more.');
    const losses = renderTable('losses', both);
    expect(losses.indexOf('nigh, balanced')).toBeLessThan(losses.indexOf('another choice'));
    expect(losses.indexOf('nigh int8')).toBeGreaterThan(losses.indexOf('another choice'));
  });

  test('say in words that a recall is not reached', () => {
    const missed = { ...comparison, ratio: 0, ourValue: 0 };
    const slower = { ...missed, ratio: 0.5, ourValue: 5 };
    const [row] = cellsOf(renderTable('losses', comparing(missed, slower)));
    expect(row?.[5]).toBe('recall not reached');
    expect(row?.[7]).toBe('recall not reached; 0.5x');
    expect(renderTable('losses-summary', comparing(missed))).toContain('(recall not reached)');
  });

  test('list every lost comparison and every missed goal, and no other', () => {
    const losses = renderTable('losses', reports);
    expect(losses.match(/usearch i8/g)).toHaveLength(2);
    expect(losses).not.toContain('hnswlib-node');
    expect(losses).toContain('| compare | a missed one | at least 2 | 1 |');
    const none = renderTable('losses', new Map([['compare', { ...compareReport, goals: [] }]]));
    expect(none).toContain('Every goal was met.');
    expect(renderTable('losses', comparing())).toContain('no peer was better');
  });
});

describe('renderFigure', () => {
  test('knows nothing without a result', () => {
    for (const name of FIGURE_NAMES) {
      expect(renderFigure(name, new Map())).toBe('(no result yet)');
    }
  });

  test('brings the words that hold for what was measured', () => {
    expect(renderFigure('search', reports)).toBe(
      '30,000 queries a second on one thread at recall@10 0.95 (clustered 100k x 128), ' +
        '3 times hnswlib-node, 0.75 times the fastest other library (usearch i8)',
    );
    expect(renderFigure('build', reports)).toBe(
      '60,000 vectors a second on one thread (clustered 100k x 128), 20 times hnswlib-node, ' +
        'with recall@10 0.9900 and 0.9900',
    );
    expect(renderFigure('churn', reports)).toBe(
      'recall@10 after 20 rounds that replace 10 % each: 0.9990 (built anew 0.9980); ' +
        'hnswlib-node: 0.9100 (built anew 0.9980). ' +
        'A search then takes 1.1 times what it takes anew',
    );
    expect(renderFigure('losses', reports)).toBe('nigh with its defaults wins 6 of 8 comparisons');
  });
});

describe('plots', () => {
  const growth = [1_000, 4_000, 1_000_000].map((count) => {
    return { count, asking: 'recall 0.95', p50Microseconds: 10, p99Microseconds: 30 };
  });
  const measured = new Map([...reports, ['growth', { ...compareReport, tables: { growth } }]]);
  const files = plotFiles(measured);
  const svgOf = (name: string) => files.find((file) => file.name === name)?.svg ?? '';
  const search = svgOf('search-real-1k-x-8');

  test('are an overview, three for each set and one of growth, the same bytes every time', () => {
    expect(files.map(({ name }) => name)).toEqual([
      'overview',
      ...['build-clustered-100k-x-128', 'build-real-1k-x-8'],
      ...['search-clustered-100k-x-128', 'search-real-1k-x-8'],
      ...['memory-clustered-100k-x-128', 'memory-real-1k-x-8'],
      'growth',
    ]);
    expect(plotFiles(measured)).toEqual(files);
  });

  test.for(files)('$name has a title, a background and no holes', ({ title, svg }) => {
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:[^>]*><rect [^>]*fill="#ffffff"/);
    expect(svg).toContain(`>${title}</text>`);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('name their axes, all their ticks and their lines', () => {
    for (const text of ['nigh', 'usearch f32', 'usearch i8', '0.999', 'queries per second']) {
      expect(search).toContain(`>${text}</text>`);
    }
    for (const tick of ['1k', '4k', '1M']) expect(svgOf('growth')).toContain(`>${tick}</text>`);
  });

  test('leave out what is far from the recalls that matter, and who is always exact', () => {
    expect(search.match(/<circle /g)).toHaveLength(5 * 2);
    expect(search).not.toContain('javascript');
  });

  test('draw ours wider than a peer, and two ways of one peer in one color', () => {
    const legend = [...search.matchAll(/<line stroke-dasharray="([^"]*)"[^>]*>/g)];
    const attribute = (name: string) =>
      legend.map(([line]) => new RegExp(` ${name}="([^"]*)"`).exec(line)?.[1]);
    const [ours, , , f32, i8] = attribute('stroke-width').map(Number);
    expect(ours).toBeGreaterThan(f32 ?? 0);
    expect(f32).toBe(i8);
    const colors = attribute('stroke');
    expect(colors[3]).toBe(colors[4]);
    expect(colors[2]).not.toBe(colors[3]);
    expect(legend[3]?.[1]).not.toBe(legend[4]?.[1]);
  });

  test('draw the longest bar first, with its figure, and no build where nothing is linked', () => {
    const names = (svg: string) =>
      [...svg.matchAll(/text-anchor="end"[^>]*>([^<]*)</g)].map((match) => match[1]);
    expect(names(svgOf('overview'))).toEqual([
      ...['usearch i8', 'nigh', 'nigh int8', 'hnswlib-node', 'usearch f32'],
      'javascript (exact)',
    ]);
    expect(svgOf('overview')).toContain('>30,000</text>');
    const builds = names(svgOf('build-real-1k-x-8'));
    expect(builds.slice(0, 2)).toEqual(['nigh, 2 threads', 'nigh']);
    for (const name of ['javascript', 'nigh int8']) expect(builds).not.toContain(name);
  });

  test('say of a bar that it is missing where a recall is not reached', () => {
    const summary = (compareReport.tables.summary ?? []).map((row) => {
      return row.name === 'usearch i8' ? { ...row, at95: null } : row;
    });
    const tables = { ...compareReport.tables, summary };
    const [overview] = plotFiles(new Map([['compare', { ...compareReport, tables }]]));
    expect(overview?.svg).toContain('>does not reach this recall</text>');
  });

  test('stand in a document as images, from where it lies', () => {
    const text = '<!-- plots:search -->\nold\n<!-- /plots -->';
    const updated = withTables(text, measured, { plots: files, folder: 'docs/plots' });
    expect(updated).toContain(
      '![real 1k x 8: speed and recall, one thread](docs/plots/search-real',
    );
    expect(updated).not.toContain('growth');
    expect(plotImages([], 'search', '.')).toMatch(/^No result/);
  });

  test('are none where nothing was measured', () => {
    expect(plotFiles(new Map([['compare', { ...compareReport, tables: {} }]]))).toEqual([]);
  });
});

test('the documents and plots are in step with the committed results', () => {
  for (const { path, current, updated } of documentUpdates(newestReports(RESULTS_FOLDER))) {
    expect(updated, path).toBe(current);
  }
});
