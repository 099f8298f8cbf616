// Builds the graph of a segment from all its vectors at once, by partitions (PiPNN,
// arXiv 2602.21247): clusters that overlap are split into leaves, every leaf proposes neighbors by
// measuring all its pairs, and what was proposed is selected from and turned round. Nodes get slots
// in the order of their clusters, so that whoever is near lies near.

import * as F from '../../hot/fields.ts';
import { HOSTS } from '../../hot/find.ts';
import { levelByte, nodeWord, rowWord } from '../../memory/layout.ts';
import { allocateWords } from '../../memory/words.ts';
import type { Segment } from '../../segments/segment.ts';
import { noteFirstCodes } from '../clipped.ts';
import { chooseHubs, graphSlots } from '../hubs.ts';
import { drawLevels } from '../levels.ts';
import type { LinkTask } from '../link-segment.ts';
import { type Copies, chainCopies, findCopies } from './copies.ts';
import type { LevelStep, ProbeWork } from './items.ts';
import {
  drawLeaders,
  isCrowded,
  leaderCountOf,
  listClusters,
  listReverse,
  orderByLeader,
} from './partitions.ts';
import { levelParameters, type Shape, upperLevelParameters } from './quality.ts';
import {
  type Assignment,
  allocateAssignment,
  extendAssignment,
  slotOf,
  type Workspace,
} from './workspace.ts';

/** Levels of fewer points are compared all with all. */
const MIN_PARTITIONED = 1000;
/** Up to so many vectors nothing takes long: every one is searched for, whatever the quality. */
const SMALL_COUNT = 20_000;
/** Rounds of searching for everything and linking what was missed. */
const MAX_PROBE_ROUNDS = 4;

/** Everything is its own slot. */
const ALL: Int32Array = new Int32Array(0);

async function runStep(task: LinkTask, kind: LevelStep, work: Workspace): Promise<void> {
  const { run, report } = task;
  const total = kind === 'leaves' ? work.leaders.length : work.count;
  // Upper levels are a sixteenth of the work: they are part of the last step of level 0.
  await run({ kind, work }, (done) => {
    if (work.level === 0) report(kind, done, total);
  });
}

/** Draws the leaders of a level and assigns the points to them; none for a few points. */
async function assignLevel(
  task: LinkTask,
  level: number,
  members: Int32Array,
  count: number,
): Promise<Assignment> {
  const { seed, run, report, shared } = task;
  const leaderCount = count < MIN_PARTITIONED ? 0 : leaderCountOf(count);
  const shape = { level, seed: seed + level, members, count, leaderCount };
  const work = allocateAssignment(shape, shared);
  if (leaderCount === 0) return work;
  drawLeaders(work);
  await run({ kind: 'assign', work }, (done) => {
    if (level === 0) report('assign', done, count);
  });
  return work;
}

/** What kind of data the points of a level are. */
function shapeOf(segment: Segment, assignment: Assignment): Shape {
  if (assignment.count <= SMALL_COUNT) return 'small';
  // Inner products have no zero, so no multiple of one tells: the careful choice.
  if (segment.layout.metric === 'dot') return 'crowded';
  return isCrowded(assignment, segment.hot.codeDistance) ? 'crowded' : 'distinct';
}

/** The workspace of assigned points, with the parameters that suit them. */
function workspaceOf(task: LinkTask, assignment: Assignment): Workspace {
  const { segment, quality, shared } = task;
  const { level } = assignment;
  const { M, M0 } = segment.layout;
  const parameters =
    level === 0
      ? levelParameters(quality, shapeOf(segment, assignment), M0)
      : upperLevelParameters(M);
  return extendAssignment(assignment, parameters, shared);
}

/** Selects forward neighbors and writes the rows of a level whose points are assigned. */
async function linkLevel(task: LinkTask, work: Workspace, order?: Int32Array): Promise<void> {
  if (work.leaders.length > 0) {
    listClusters(work, order);
    await runStep(task, 'leaves', work);
    await runStep(task, 'select', work);
  } else {
    await runStep(task, 'compare', work);
  }
  listReverse(work);
  await runStep(task, 'rows', work);
}

/** Writes which node each slot stands for: first those of the graph, then the copies. */
function numberSlots(segment: Segment, copies: Copies, order?: Int32Array): void {
  const { i32s, layout } = segment;
  const start = nodeWord(layout, 0);
  const { firsts, nodes } = copies;
  for (let slot = 0; slot < firsts.length; slot++) {
    i32s[start + slot] = firsts[order ? order[slot] : slot];
  }
  i32s.set(nodes, start + firsts.length);
  if (nodes.length > 0) chainCopies(segment, copies);
}

/** The slots below `count` with a row on `level`. */
function membersOf(segment: Segment, count: number, level: number, shared: boolean): Int32Array {
  const { u8s, layout } = segment;
  const start = levelByte(layout, 0);
  const slots: number[] = [];
  for (let slot = 0; slot < count; slot++) if (u8s[start + slot] >= level) slots.push(slot);
  const members = allocateWords(slots.length, shared);
  members.set(slots);
  return members;
}

/** Encodes everything, finds the copies, and numbers the slots by cluster; level 0, assigned. */
async function partition(task: LinkTask): Promise<{ work: Workspace; order?: Int32Array }> {
  const { segment, seed, run, report, shared } = task;
  const { count } = segment;
  const hashes = allocateWords(count, shared);
  const encoded = (done: number): void => report('encode', done, count);
  await run({ kind: 'encode', first: 0, end: count, hashes }, encoded);
  const copies = findCopies(segment, hashes, shared);
  const unique = copies.firsts.length;
  const work = await assignLevel(task, 0, unique < count ? copies.firsts : ALL, unique);
  const assigned = workspaceOf(task, work);
  const order = work.leaders.length > 0 ? orderByLeader(work) : undefined;
  numberSlots(segment, copies, order);
  const clipped = allocateWords(count, shared);
  await run({ kind: 'encode', first: 0, end: count, clipped });
  noteFirstCodes(segment, clipped);
  drawLevels(segment, seed, unique);
  // From here on every point is its own slot.
  return { work: { ...assigned, members: ALL }, ...(order && { order }) };
}

/**
 * Links each point that was missed from where its search ended; the slots of those points, and of
 * the neighbors that had to make room for them.
 */
function adoptMissed(segment: Segment, { level, members, count, hosts }: ProbeWork): Set<number> {
  const unsure = new Set<number>();
  const list = segment.bench(0) + F.LIST;
  for (let point = 0; point < count; point++) {
    if (hosts[point * HOSTS] === F.NONE) continue;
    const slot = slotOf({ members }, point);
    segment.i32s.set(hosts.subarray(point * HOSTS, (point + 1) * HOSTS), list);
    const displaced = segment.hot.adoptFrom(slot, level, list);
    unsure.add(slot);
    if (displaced !== F.NONE) unsure.add(displaced);
  }
  return unsure;
}

/**
 * Searches for the points of a level and links those that are missed, then searches for those
 * again, until none is.
 */
async function makeFindable(
  task: LinkTask,
  level: number,
  points: Int32Array,
  pointCount: number,
): Promise<void> {
  const { segment, run, report, shared } = task;
  let members = points;
  let count = pointCount;
  for (let round = 0; round < MAX_PROBE_ROUNDS && count > 0; round++) {
    const work = { level, count, members, hosts: allocateWords(count * HOSTS, shared) };
    await run({ kind: 'probe', work }, (done) => {
      if (level === 0 && round === 0) report('probe', done, count);
    });
    const unsure = adoptMissed(segment, work);
    count = unsure.size;
    members = allocateWords(count, shared);
    members.set([...unsure]);
  }
}

/** Links the levels above 0; the slots below `unique` have some. */
async function linkUpperLevels(task: LinkTask, unique: number): Promise<Int32Array[]> {
  const { segment, shared } = task;
  const levels: Int32Array[] = [];
  for (let level = 1; ; level++) {
    const members = membersOf(segment, unique, level, shared);
    if (members.length === 0) return levels;
    const assignment = await assignLevel(task, level, members, members.length);
    await linkLevel(task, workspaceOf(task, assignment));
    levels.push(members);
  }
}

/**
 * Builds the graph of all vectors of a segment whose codes are chosen. When it throws, the segment
 * has no graph.
 */
export async function linkInBulk(task: LinkTask): Promise<void> {
  const { segment, quality, run, report } = task;
  const { i32s, layout, hot, count } = segment;
  const { work, order } = await partition(task);
  const unique = work.count;
  await linkLevel(task, work, order);
  if (quality === 'high') {
    await runStep(task, 'refine', work);
    listReverse(work);
    await runStep(task, 'rows', work);
  }
  // Copies are no part of the graph.
  for (let slot = unique; slot < count; slot++) i32s[rowWord(layout, slot)] = 0;
  i32s[F.LEVELED] = count;
  const levels = layout.entry === 'levels' ? await linkUpperLevels(task, unique) : [];
  if (layout.entry === 'hubs') chooseHubs(segment, graphSlots(segment, count));
  else hot.updateEntry(0, unique, 1, F.MAX_NODES);
  for (let level = levels.length; level > 0; level--) {
    const members = levels[level - 1];
    await makeFindable(task, level, members, members.length);
  }
  if (quality === 'high' || unique <= SMALL_COUNT) await makeFindable(task, 0, ALL, unique);
  report('repair', 0, count);
  await run({ kind: 'repair', end: count });
  report('repair', count, count);
  segment.publishLinked(count);
}
