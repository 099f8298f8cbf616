/**
 * The plots of the comparison: recall and speed, memory and speed and the rates of builds for each
 * set, and one overview of its first set. Ours are drawn before the peers, in the order of rows.
 */
import type { Report, Row } from '../harness/report.ts';
import type { Drawing, Line } from './draw.ts';
import type { BarChart } from './draw-bars.ts';
import { plain } from './markdown.ts';
import { distinct, isOurs, OURS, rowWhere } from './rows.ts';

const MIN_RECALL = 0.8;
/** Above it there is one place: a thousand queries for ten nodes tell no more apart. */
const MAX_RECALL = 0.9999;
const MEMORY_TICKS = [128, 256, 512, 1024, 2048, 4096, 8192, 16_384];
const RECALL_TICKS = [MIN_RECALL, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, MAX_RECALL];

/** A plot and what its file is called. */
export type Named<Plot> = readonly [name: string, plot: Plot];

export function searchDrawings(report: Report | undefined): Named<Drawing>[] {
  const rows = (report?.tables.curve ?? []).filter(isApproximate);
  return distinct(rows, 'set').map((set) => {
    const own = rows.filter((row) => row.set === set);
    const lines = distinct(own, 'name').map((name) => recallLine(own, name));
    const drawing: Drawing = {
      title: `${set}: speed and recall, one thread`,
      x: {
        label: 'recall@10, stretched towards 1',
        ticks: RECALL_TICKS.map((recall) => ({ at: stretched(recall), text: recallTick(recall) })),
      },
      y: { label: 'queries per second' },
      linearX: true,
      lines: oursFirst(lines.filter(({ points }) => points.length > 0)),
    };
    return [`search-${slug(set)}`, drawing] as const;
  });
}

/** A library that always compares everything has one speed, far below all curves. */
function isApproximate({ efSearch }: Row): boolean {
  return (efSearch ?? null) !== null;
}

function recallLine(rows: readonly Row[], name: string): Line {
  const points = rows
    .filter((row) => row.name === name && Number(row.recall) >= MIN_RECALL)
    .map(({ recall, queriesPerSecond }) => {
      return { x: stretched(Number(recall)), y: Number(queriesPerSecond) };
    });
  return { name, ours: isOurs(name), points };
}

/** The same distance for every halving of what is missed. */
function stretched(recall: number): number {
  return -Math.log10(1 - Math.min(recall, MAX_RECALL));
}

function recallTick(recall: number): string {
  return recall === MAX_RECALL ? '1' : `${recall}`;
}

/** Memory against speed, where there is more than one way to keep vectors. */
export function memoryDrawings(report: Report | undefined): Named<Drawing>[] {
  const curves = report?.tables.curve ?? [];
  const summary = (report?.tables.summary ?? []).filter((row) => Number(row.bytesPerVector) > 0);
  return distinct(summary, 'set').flatMap((set) => {
    const lines = summary
      .filter((row) => row.set === set && row.at95 !== null)
      .filter(({ name }) => curves.some((row) => row.name === name && isApproximate(row)))
      .map(({ name, bytesPerVector, at95 }): Line => {
        const points = [{ x: Number(bytesPerVector), y: Number(at95) }];
        return { name: String(name), ours: isOurs(name), points };
      });
    const places = lines.filter(({ ours }) => ours).flatMap(({ points }) => points);
    if (new Set(places.map(({ x }) => Math.round(Math.log2(x)))).size < 2) return [];
    const drawing: Drawing = {
      title: `${set}: memory and speed at recall@10 0.95, one thread`,
      x: { label: 'bytes a vector, by its own account', ticks: memoryTicks(lines) },
      y: { label: 'queries per second' },
      lines: oursFirst(lines),
    };
    return [[`memory-${slug(set)}`, drawing] as const];
  });
}

/** As few powers of two as have all points between them. */
function memoryTicks(lines: readonly Line[]): Drawing['x']['ticks'] {
  const all = lines.flatMap(({ points }) => points.map(({ x }) => x));
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const used = MEMORY_TICKS.filter((at) => 2 * at > least && at / 2 < most);
  return used.map((at) => ({ at, text: at.toLocaleString('en') }));
}

/** Speed at one recall of everybody on the first set, as bars that begin at nothing. */
export function overviewChart(report: Report | undefined): Named<BarChart>[] {
  const summary = report?.tables.summary ?? [];
  const curves = report?.tables.curve ?? [];
  const [set] = distinct(summary, 'set');
  if (set === undefined) return [];
  const bars = summary
    .filter((row) => row.set === set)
    .map(({ name, at95 = null }) => {
      const row = rowWhere(curves, { set, name: name ?? null });
      const exact = row === undefined || isApproximate(row) ? '' : ' (exact)';
      const text = at95 === null ? 'does not reach this recall' : plain(at95);
      const value = Number(at95 ?? 0);
      return { name: `${name}${exact}`, ours: isOurs(name), value, text };
    });
  const title = `queries per second at recall@10 0.95, one thread, ${set}`;
  return [['overview', { title, log: false, bars: longestFirst(bars) }]];
}

/**
 * Rates of builds of ours and of peers that link what they keep, for every number of threads: bars
 * on a logarithmic scale.
 */
export function buildCharts(report: Report | undefined): Named<BarChart>[] {
  const linked = (report?.tables.curve ?? []).filter(isApproximate);
  const builds = (report?.tables.builds ?? []).filter(({ set, name }) => {
    if (isOurs(name)) return name === OURS;
    return rowWhere(linked, { set: set ?? null, name: name ?? null }) !== undefined;
  });
  return distinct(builds, 'set').map((set) => {
    const bars = builds
      .filter((row) => row.set === set && Number(row.vectorsPerSecond) > 0)
      .map(({ name, threads, vectorsPerSecond }) => ({
        name: threads === 1 ? String(name) : `${name}, ${threads} threads`,
        ours: isOurs(name),
        value: Number(vectorsPerSecond),
        text: plain(vectorsPerSecond ?? null),
      }));
    const title = `vectors per second of a build, ${set}, logarithmic`;
    return [`build-${slug(set)}`, { title, log: true, bars: longestFirst(bars) }] as const;
  });
}

function longestFirst(bars: BarChart['bars']): BarChart['bars'] {
  return [...bars].sort((a, b) => b.value - a.value);
}

function oursFirst(lines: readonly Line[]): Line[] {
  return [...lines.filter(({ ours }) => ours), ...lines.filter(({ ours }) => !ours)];
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
