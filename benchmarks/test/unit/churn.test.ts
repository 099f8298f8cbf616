// The streams that macro/churn.ts plays, and what it makes of what it saw.
import { describe, expect, test } from 'vitest';
import { keyLimit, Stream, WORKLOADS, type Workload } from '../../harness/replacements.ts';
import { goalIsMet, type Report } from '../../harness/report.ts';
import {
  type Course,
  churnComparisons,
  churnGoals,
  churnRow,
  type Look,
  lookRows,
} from '../../macro/churn-report.ts';
import { plotFiles } from '../../tables/plots.ts';
import { renderTable } from '../../tables/render.ts';

const half: Workload = { name: 'half', rounds: 3, share: 0.5, adds: true, every: 1 };

describe('Stream', () => {
  test('takes live vectors only, and replaces them by keys that were never there', () => {
    const stream = new Stream(half, 10, 100, 1);
    const seen = new Set(stream.live);
    for (let round = 0; round < 3; round++) {
      const before = new Set(stream.live);
      const { removed, added, updates } = stream.next();
      expect(new Set(removed).size).toBe(5);
      for (const key of removed) expect(before.delete(key)).toBe(true);
      for (const key of added) {
        expect(seen.has(key)).toBe(false);
        expect(key).toBeLessThan(keyLimit(100, 10, half));
        seen.add(key);
        before.add(key);
      }
      expect(new Set(stream.live)).toEqual(before);
      expect(updates).toBe(round === 1);
    }
  });

  test('is the same for a seed, and another for another', () => {
    const removed = (seed: number) => [...new Stream(half, 1_000, 1_000, seed).next().removed];
    expect(removed(1)).toEqual(removed(1));
    expect(removed(1)).not.toEqual(removed(2));
  });

  test('of removals alone shrinks to those that were not removed', () => {
    const stream = new Stream({ ...half, share: 0.75, adds: false }, 8, 100, 1);
    const { removed, added } = stream.next();
    expect(added).toHaveLength(0);
    expect([...removed, ...stream.live].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('every workload ends with a look', () => {
    for (const { rounds, every } of WORKLOADS) expect(rounds % every).toBe(0);
  });
});

function look(round: number, given: Partial<Look> = {}): Look {
  return {
    ...{ round, count: 1_000, recall: 0.99, ghosts: 0, missed: 0, problems: 0, failedCalls: 0 },
    ...{ queriesPerSecond: [100, 200, 300], roundSeconds: [2] },
    ...{ grown: 1e6, grownUncollected: 2e6, bytes: 5e5 },
    ...given,
  };
}

function course(name: string, last: Partial<Look> = {}): Course {
  const looks = [look(0, { roundSeconds: [] }), look(2), look(4, last)];
  return {
    ...{ workload: 'half', perRound: 500, name, peer: name !== 'nigh', looks },
    fresh: look(4, { roundSeconds: [] }),
  };
}

test('a row holds the last look against a fresh index, round by round', () => {
  const slower = course('nigh', { queriesPerSecond: [50, 160, 300], recall: 0.98, grown: 15e5 });
  expect(churnRow(slower)).toMatchObject({
    ...{ recall: 0.98, freshRecall: 0.99, recallLoss: 0.01, searchTimeRatio: 1.25 },
    ...{ residentRatio: 1.5, statedRatio: 1, roundSeconds: 2, replacedPerSecond: 250 },
  });
});

describe('churnGoals', () => {
  test('are met where nothing was lost, and are ours alone', () => {
    const goals = churnGoals([course('nigh'), course('usearch f32', { ghosts: 9 })]);
    expect(goals).toHaveLength(6);
    expect(goals.every(goalIsMet)).toBe(true);
  });

  test('are each missed by what they are about', () => {
    const missed = (last: Partial<Look>) =>
      churnGoals([course('nigh', last)])
        .filter((goal) => !goalIsMet(goal))
        .map(({ goal }) => goal);
    expect(missed({ recall: 0.97 })).toEqual(['half: recall lost against a fresh index']);
    expect(missed({ queriesPerSecond: [80, 160, 240] })[0]).toContain('time of a search');
    expect(missed({ grown: 13e5 })).toEqual(['half: resident memory over a fresh index']);
    expect(missed({ bytes: 7e5 })).toEqual(['half: bytes it states over a fresh index']);
    expect(missed({ ghosts: 1 })).toEqual(['half: removed vectors found']);
    expect(missed({ problems: 1 })).toEqual(['half: broken invariants']);
  });
});

test('a peer with the faster round is a loss, one with the slower search none', () => {
  const courses = [
    course('nigh'),
    course('a peer', { queriesPerSecond: [50, 100, 150], roundSeconds: [1] }),
  ];
  const faster = { ...courses[1], looks: [look(4, { roundSeconds: [1] })] } as Course;
  const [round, search] = churnComparisons(courses);
  expect(round?.ratio).toBe(0.75); // the median of 2 and 1
  expect(search?.ratio).toBe(2);
  expect(churnComparisons([course('nigh'), faster])[0]?.ratio).toBe(0.5);
});

describe('the result in the documents', () => {
  const courses = [course('nigh'), course('a peer', { recall: 0.833, problems: null })];
  const report = {
    ...{ program: 'churn', command: 'run churn', date: '2026-01-02T03:04:05.000Z' },
    machine: { cpu: 'A CPU', cores: 2, memoryBytes: 2 ** 34, os: 'linux', architecture: 'x64' },
    ...{ data: { description: 'some data' }, parameters: { efSearch: 64 } },
    tables: { churn: courses.map(churnRow), looks: lookRows(courses), failures: [] },
  } as unknown as Report;
  const reports = new Map([['churn', report]]);

  test('has a row for each, and a dash for what a peer cannot say', () => {
    const table = renderTable('churn', reports);
    expect(table).toContain('| half | nigh | 0.9900 | 0.9900 | 1x | 1x | 0 | 0 | 0 | 0 | 0 | 2 |');
    expect(table).toContain('| half | a peer | 0.8330 | 0.9900 | 1x | 1x | 0 | 0 | 0 | - | 0 |');
  });

  test('has a plot from below the lowest recall, without the fresh indexes', () => {
    const plot = plotFiles(reports).find(({ name }) => name === 'churn');
    expect(plot?.title).toBe('recall@10 while vectors are replaced, efSearch 64');
    for (const text of ['half', 'nigh', 'a peer', 'rounds']) {
      expect(plot?.svg).toContain(`>${text}</text>`);
    }
    expect(plot?.svg).toContain('>0.85</text>');
    expect(plot?.svg).not.toMatch(/NaN|undefined|Infinity/);
    const ours = /stroke-width="3"[^>]*><path d="([^"]*)"/.exec(plot?.svg ?? '')?.[1];
    expect(ours?.match(/[ML]/g)).toHaveLength(3); // the looks, not the fresh index
  });

  test('has no plot where nothing was looked at in between', () => {
    const short = courses.map((one) => ({ ...one, looks: one.looks.slice(1) }));
    const few = { ...report, tables: { looks: lookRows(short) } };
    expect(plotFiles(new Map([['churn', few]]))).toEqual([]);
  });
});
