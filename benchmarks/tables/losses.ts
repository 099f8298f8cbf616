/**
 * Where we lose: every comparison that a peer wins, and every goal that was missed. Generated from
 * all newest results, so that no loss can be left out by hand. First by peer, for who wants to know
 * what to expect; then every one with its figures.
 */
import { type Comparison, type Goal, goalIsMet, type Report, type Row } from '../harness/report.ts';
import { type Column, markdownTable, plain, ratioText } from './markdown.ts';
import { distinct } from './rows.ts';

const COMPARISON_COLUMNS: readonly Column[] = [
  { key: 'topic', title: 'what' },
  { key: 'set', title: 'data' },
  { key: 'ours', title: 'ours' },
  { key: 'peer', title: 'peer' },
  { key: 'at', title: 'at' },
  { key: 'ourValue', title: 'our figure' },
  { key: 'peerValue', title: "the peer's" },
  { key: 'ratio', title: 'ratio' },
];

const GOAL_COLUMNS: readonly Column[] = [
  { key: 'program', title: 'program' },
  { key: 'goal', title: 'goal' },
  { key: 'limit', title: 'required' },
  { key: 'measured', title: 'measured' },
];

const NOTHING = 'No result has been committed.';
const NOT_REACHED = 'recall not reached';
const EQUAL_RECALL = /^recall@10 ([\d.]+) \(both, interpolated\)$/;

type Reports = ReadonlyMap<string, Report>;

/** A comparison, with what was measured and the data it was measured on told apart. */
export interface Contest extends Comparison {
  readonly topic: string;
  /** Empty where the report knows no sets. */
  readonly set: string;
}

/** By peer, what it does better than our defaults; then how many goals were missed. */
export function lossesSummary(reports: Reports): string {
  if (reports.size === 0) return NOTHING;
  const all = contestsOf(reports);
  const usual = usualContests(reports);
  const lost = usual.filter(isLost);
  const peers = [...new Set(lost.map(({ peer }) => peer))].map((peer) => {
    const about = (contests: readonly Contest[]) => contests.filter((one) => one.peer === peer);
    return peerLine(peer, about(lost), about(usual));
  });
  const headline =
    lost.length === 0
      ? `No peer wins any of ${countText(usual.length, 'comparison')} with our defaults.`
      : `Peers win ${lost.length} of ${countText(usual.length, 'comparison')} with our defaults. ` +
        'In brackets how good ours is, theirs being 1, at its worst:';
  return [headline, peers.join('\n'), variantLine(all), goalsLine(reports)]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Every lost comparison and every missed goal, or a sentence that there is none. */
export function lossesTable(reports: Reports): string {
  if (reports.size === 0) return NOTHING;
  const lost = contestsOf(reports).filter(isLost);
  const usual = lost.filter((contest) => !isVariant(contest));
  const variants = lost.filter(isVariant);
  const missed = goalsOf(reports).filter(({ goal }) => isMissed(goal));
  return [
    section(
      usual.length === 0
        ? 'In the committed results no peer was better than our defaults.'
        : 'Where a peer was better than our defaults:',
      contestTable(usual),
    ),
    variants.length === 0
      ? ''
      : folded(
          `Where a peer was better than another choice of ours (${plain(variants.length)})`,
          contestTable(variants),
        ),
    section(
      missed.length === 0 ? 'Every goal was met.' : 'Goals that were missed:',
      markdownTable(GOAL_COLUMNS, missed.map(goalRow)),
      missed.length,
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** All goals with their verdict, met or not. */
export function verdictsTable(reports: Reports): string {
  const goals = goalsOf(reports);
  if (goals.length === 0) return NOTHING;
  const columns = [...GOAL_COLUMNS, { key: 'verdict', title: 'verdict' }];
  return markdownTable(columns, goals.map(goalRow));
}

function section(headline: string, table: string, count: number = table === '' ? 0 : 1): string {
  return count === 0 ? headline : `${headline}\n\n${table}`;
}

/** Of interest to who makes that choice: shown on demand. */
function folded(headline: string, table: string): string {
  return `<details>\n<summary>${headline}</summary>\n\n${table}\n\n</details>`;
}

function contestsOf(reports: Reports): Contest[] {
  return [...reports.values()].flatMap(({ tables, comparisons }) => {
    const sets = distinct(Object.values(tables).flat(), 'set');
    return comparisons.map((comparison) => {
      const set = sets.find((name) => comparison.what.endsWith(`, ${name}`)) ?? '';
      const topic = set === '' ? comparison.what : comparison.what.slice(0, -set.length - 2);
      return { ...comparison, topic, set };
    });
  });
}

/** Every comparison of our defaults with a peer. */
export function usualContests(reports: Reports): Contest[] {
  return contestsOf(reports).filter((contest) => !isVariant(contest));
}

/** `nigh int8` is a choice; `nigh` and `nigh, balanced` are what one gets without choosing. */
function isVariant({ ours }: Contest): boolean {
  return /^nigh \w/.test(ours);
}

export function isLost({ ratio }: Comparison): boolean {
  return ratio < 1;
}

function isMissed(goal: Goal): boolean {
  return !goalIsMet(goal);
}

/** All that one peer does better, topic by topic, as an item of a list. */
function peerLine(peer: string, lost: readonly Contest[], all: readonly Contest[]): string {
  const topics = [...groupBy(lost, ({ topic }) => topic)].map(([topic, contests]) => {
    const worst = [...groupBy(contests, ({ set }) => set)].map(([set, own]) => {
      return { set, ratio: Math.min(...own.map(({ ratio }) => ratio)) };
    });
    const [first] = worst;
    if (worst.length === 1 && first?.set === '') return `${topic} (${rangeText([first.ratio])})`;
    const sets = new Set(all.filter((one) => one.topic === topic).map(({ set }) => set));
    if (worst.length === sets.size && worst.length > 1) {
      const ratios = worst.map(({ ratio }) => ratio);
      return `${topic}, on all ${sets.size} sets (${rangeText(ratios)})`;
    }
    const bySet = worst.map(({ set, ratio }) => `${set} (${rangeText([ratio])})`);
    return `${topic}: ${bySet.join(', ')}`;
  });
  return `- **${peer}**: ${topics.join('; ')}`;
}

function variantLine(all: readonly Contest[]): string {
  const variants = all.filter(isVariant);
  const lost = variants.filter(isLost);
  if (lost.length === 0) return '';
  const names = [...new Set(lost.map(({ ours }) => ours))].join(', ');
  return `Against other choices (${names}) they win ${lost.length} of ${variants.length} more.`;
}

function goalsLine(reports: Reports): string {
  const missed = [...reports.values()].flatMap(({ program, goals }) => {
    const count = goals.filter(isMissed).length;
    return count === 0 ? [] : [`${program} ${count} of ${goals.length}`];
  });
  const goals = [...reports.values()].flatMap((report) => report.goals);
  if (goals.length === 0) return '';
  const count = goals.filter(isMissed).length;
  if (count === 0) return `All ${countText(goals.length, 'goal')} were met.`;
  const total = `Of ${countText(goals.length, 'goal')} ${count} ${count === 1 ? 'was' : 'were'}`;
  return `${total} missed, by program: ${missed.join(', ')}.`;
}

function countText(count: number, what: string): string {
  return `${plain(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** One row for each topic, set and pair: its recalls in one cell, the figures of the worst. */
function contestTable(contests: readonly Contest[]): string {
  if (contests.length === 0) return '';
  const key = ({ topic, set, ours, peer }: Contest) => [topic, set, ours, peer].join('\n');
  const rows = [...groupBy(contests, key).values()].map((own): Row => {
    const [worst] = [...own].sort((a, b) => a.ratio - b.ratio) as [Contest];
    const { topic, set, ours, peer, unit } = worst;
    return {
      ...{ topic, set: set === '' ? null : set, ours, peer, at: recallsText(own) },
      ourValue: worst.ratio === 0 ? NOT_REACHED : `${plain(worst.ourValue)} ${unit}`,
      peerValue: `${plain(worst.peerValue)} ${unit}`,
      ratio: rangeText(own.map(({ ratio }) => ratio)),
    };
  });
  return markdownTable(COMPARISON_COLUMNS, rows);
}

function recallsText(contests: readonly Contest[]): string {
  const recalls = contests.map(({ recall }) => EQUAL_RECALL.exec(recall)?.[1]);
  if (recalls.every((recall) => recall !== undefined)) return `recall@10 ${recalls.join(', ')}`;
  return [...new Set(contests.map(({ recall }) => recall))].join('; ');
}

/** A ratio of 0 is a recall that the peer reaches and ours does not. */
function rangeText(ratios: readonly number[]): string {
  const reached = ratios.filter((ratio) => ratio !== 0);
  if (reached.length === 0) return NOT_REACHED;
  if (reached.length < ratios.length) return `${NOT_REACHED}; ${rangeText(reached)}`;
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  return least === most ? ratioText(least) : `${ratioText(least)} to ${ratioText(most)}`;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const own = groups.get(key(item));
    if (own === undefined) groups.set(key(item), [item]);
    else own.push(item);
  }
  return groups;
}

/** Every goal with the program that measures it. */
function goalsOf(reports: Reports): { readonly program: string; readonly goal: Goal }[] {
  return [...reports.values()].flatMap(({ program, goals }) =>
    goals.map((goal) => ({ program, goal })),
  );
}

function goalRow({ program, goal }: { program: string; goal: Goal }): Row {
  return {
    program,
    goal: goal.goal,
    limit: `${goal.direction} ${goal.required}`,
    measured: goal.measured,
    verdict: goalIsMet(goal) ? 'met' : 'missed',
  };
}
