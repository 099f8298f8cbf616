// How a list of segments follows another one, without threads of its own: a channel works within
// one thread as it does between two.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { VectorIndex } from '../../../src/index.ts';
import * as C from '../../../src/memory/control-words.ts';
import { resolveOptions } from '../../../src/options.ts';
import { ListChanges } from '../../../src/segments/list-changes.ts';
import type { Segment } from '../../../src/segments/segment.ts';
import { openSegment, SegmentList } from '../../../src/segments/segment-list.ts';
import { openShared, type SharedIndex, shareSegments } from '../../../src/segments/shared-index.ts';

const options = resolveOptions({ dimension: 4, threads: 1, capacity: 10, memory: 'shared' });
const lists: { close(): void | Promise<void> }[] = [];

function openList(): SegmentList {
  const list = SegmentList.open(options);
  lists.push(list);
  return list;
}

/** Follows as another thread would: over handles that were posted. */
function follow(list: SegmentList, shared: SharedIndex = shareSegments(list)): SegmentList {
  const follower = openShared(structuredClone(shared));
  lists.push(follower);
  return follower;
}

/** Fills the list's last segment and opens another. */
function grow(list: SegmentList): void {
  list.publish(list.stretches(list.last.capacity - list.last.count + 1));
}

const serials = ({ all }: SegmentList): number[] => all.map(({ handle }) => handle.serial);
const outdated = expect.objectContaining({ code: 'SHARE_OUTDATED' });
const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 20));

afterEach(async () => {
  for (const list of lists.splice(0)) await list.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('a list that follows', () => {
  test('has the newest of many changes without a turn of the event loop', () => {
    const list = openList();
    const follower = follow(list);
    for (let i = 0; i < 6; i++) grow(list);
    expect(serials(follower)).toHaveLength(1);
    follower.refresh();
    expect(serials(follower)).toEqual(serials(list));
    expect(follower.count).toBe(list.count);
    follower.refresh();
    grow(list);
    follower.refresh();
    expect(serials(follower)).toEqual(serials(list));
  });

  test('keeps the segments it has, and lets those go that were replaced', () => {
    const list = openList();
    grow(list);
    const follower = follow(list);
    const [first, second] = follower.all;
    const sealed = openSegment(options, 10, 0);
    list.replace(list.all.slice(0, 1), [sealed]);
    follower.refresh();
    // Compared as values they would be printed, with all their memory.
    expect(follower.all[0] === first).toBe(false);
    expect(follower.all[0]?.handle.serial).toBe(sealed.handle.serial);
    expect(follower.all[1] === second).toBe(true);
    expect(follower.all).toHaveLength(2);
  });

  test('has no part of a change before it refreshes or its thread turns', async () => {
    const list = openList();
    const follower = follow(list);
    grow(list);
    expect(follower.all).toHaveLength(1);
    await turn();
    expect(serials(follower)).toEqual(serials(list));
  });

  test('takes an empty first segment that was replaced', () => {
    const list = openList();
    const follower = follow(list);
    list.publish([list.stretch(40)]);
    follower.refresh();
    expect(follower.all).toHaveLength(1);
    expect(follower.count).toBe(40);
  });

  test('can be followed itself', () => {
    const list = openList();
    const follower = follow(list);
    grow(list);
    const shared = shareSegments(follower);
    expect(() => follow(follower, shared)).toThrow(outdated); // it has not looked
    follower.refresh();
    const third = follow(follower);
    grow(list);
    third.refresh();
    expect(serials(third)).toEqual(serials(list));
  });

  test('goes on when the first is closed, and hears nothing once it is closed itself', () => {
    const list = openList();
    const [one, other] = [follow(list), follow(list)];
    other.close();
    other.close();
    grow(list);
    other.refresh();
    expect(other.all).toHaveLength(1);
    list.close();
    list.close();
    one.refresh();
    expect(serials(one)).toEqual(serials(list));
    grow(list);
    one.refresh();
    expect(one.all).toHaveLength(2);
  });

  test('does not hear another index', () => {
    const [list, other] = [openList(), openList()];
    const follower = follow(list);
    follow(other);
    grow(other);
    follower.refresh();
    expect(serials(follower)).toEqual(serials(list));
  });
});

describe('what was shared', () => {
  test('is outdated when the list has changed since, and can be shared again', () => {
    const list = openList();
    const shared = shareSegments(list);
    grow(list);
    const details = { expected: 1, got: 0 };
    expect(() => follow(list, shared)).toThrow(
      expect.objectContaining({ code: 'SHARE_OUTDATED', details }),
    );
    expect(serials(follow(list))).toEqual(serials(list));
  });

  test('is not outdated by vectors that the last segment takes', () => {
    const list = openList();
    const shared = shareSegments(list);
    list.publish(list.stretches(3));
    expect(follow(list, shared).count).toBe(3);
  });

  test('is outdated while the change is being told', () => {
    const control = new Int32Array(C.CONTROL_WORDS);
    const origin = { control, channel: 'told', version: 0 };
    control[C.LIST_CHANGING] = 1;
    const late = new ListChanges(origin);
    expect(() => late.follow(() => undefined)).toThrow(outdated);
    expect(late.newest()).toBeUndefined();
  });

  test('takes no scratch block when it cannot be attached', async () => {
    const index = VectorIndex.create({ dimension: 4, threads: 1, capacity: 10 });
    lists.push(index);
    const shared = index.share();
    index.reserve(100).fill(1);
    await index.commit();
    for (let i = 0; i < 50; i++) expect(() => VectorIndex.attach(shared)).toThrow(outdated);
    lists.push(VectorIndex.attach(index.share()));
  });
});

test('a change is told after the one word and before the other', () => {
  const seen: number[][] = [];
  vi.stubGlobal(
    'BroadcastChannel',
    class {
      postMessage(): void {
        seen.push([C.LIST_CHANGING, C.LIST_VERSION].map((word) => Number(control[word])));
      }
      close(): void {}
    },
  );
  const list = openList();
  const { control } = shareSegments(list);
  grow(list);
  grow(list);
  expect(seen).toEqual([
    [1, 0],
    [2, 1],
  ]);
  expect([C.LIST_CHANGING, C.LIST_VERSION].map((word) => control[word])).toEqual([2, 2]);
});

test('no channel stays open that nobody follows', async () => {
  let openChannels = 0;
  vi.stubGlobal(
    'BroadcastChannel',
    class {
      constructor() {
        openChannels++;
      }
      postMessage(): void {}
      close(): void {
        openChannels--;
      }
    },
  );
  const index = VectorIndex.create({ dimension: 4, threads: 1, capacity: 10 });
  expect(openChannels).toBe(0);
  const shared = index.share();
  index.share();
  expect(openChannels).toBe(1);
  const reader = VectorIndex.attach(shared);
  for (let i = 0; i < 50; i++) {
    try {
      lists.push(VectorIndex.attach(shared));
    } catch (error) {
      expect(error).toMatchObject({ code: 'CAPACITY_EXCEEDED' });
    }
  }
  expect(openChannels).toBe(2 + lists.length);
  for (const one of lists.splice(0)) await one.close();
  index.reserve(100).fill(1);
  await index.commit();
  expect(() => VectorIndex.attach(shared)).toThrow(outdated);
  expect(openChannels).toBe(2);
  await reader.close();
  await index.close();
  expect(openChannels).toBe(0);
});

describe('a runtime', () => {
  test('that has no messages without turns follows at a turn', async () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    const list = openList();
    const follower = follow(list);
    grow(list);
    follower.refresh();
    expect(follower.all).toHaveLength(1);
    await turn();
    expect(serials(follower)).toEqual(serials(list));
  });

  test('that has no channels keeps the list it was given', async () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    const list = openList();
    const follower = follow(list);
    grow(list);
    await turn();
    follower.refresh();
    expect(follower.all).toHaveLength(1);
    expect(follower.count).toBe(10);
    expect(follow(list).all).toHaveLength(2);
  });
});

describe('scratch blocks', () => {
  /** A segment with as many as `threads` give it. */
  const segmentOf = (threads: number, firstNode = 0): Segment =>
    openSegment({ ...options, threads }, 10, firstNode);

  test('are as many as the segment with the fewest has', () => {
    const segments = [segmentOf(4), segmentOf(2, 10), segmentOf(3, 20)];
    const list = new SegmentList(options, segments);
    lists.push(list);
    const least = segments[1]?.layout.scratchCount as number;
    expect(list.blocks.claim(least)).toHaveLength(least);
    expect(() => list.blocks.claim(1)).toThrow(
      expect.objectContaining({ code: 'CAPACITY_EXCEEDED' }),
    );
  });

  test('beyond those of a later segment are exchanged, here and where the list is followed', () => {
    const list = new SegmentList(options, [segmentOf(4)]);
    lists.push(list);
    const low = list.blocks.claim(38);
    const follower = follow(list);
    expect(follower.blocks.claim(1)).toEqual([38]);
    follower.blocks.release([38]);
    list.blocks.release(low);
    const smaller = segmentOf(1);
    expect(smaller.layout.scratchCount).toBe(36);
    list.replace(list.all.slice(0, 1), [smaller]);
    follower.refresh();
    expect(follower.blocks.claim(1)).toEqual([0]);
    expect(list.blocks.claim(35)).toHaveLength(35);
    expect(() => list.blocks.claim(1)).toThrow(/all 36 scratch blocks/);
  });
});

describe('an attached index', () => {
  const vectors = (count: number): Float32Array =>
    Float32Array.from({ length: 4 * count }, (_, i) => ((i * 7919) % 1009) / 100);

  test('sees every change in all that it is asked', async () => {
    const index = VectorIndex.create({ dimension: 4, threads: 1, capacity: 10 });
    const reader = VectorIndex.attach(index.share());
    lists.push(reader, index);
    const asked = [
      () => reader.count,
      () => reader.stats().segments,
      () => reader.available,
      () => reader.search([1, 2, 3, 4], 3),
      () => reader.searchNode(0, 3),
      () => reader.searchRange([1, 2, 3, 4], 5),
      () => reader.getVector(index.count - 1),
      () => reader.share().segments.length,
    ] as const;
    const own = [
      () => index.count,
      () => index.stats().segments,
      () => index.available,
      () => index.search([1, 2, 3, 4], 3),
      () => index.searchNode(0, 3),
      () => index.searchRange([1, 2, 3, 4], 5),
      () => index.getVector(index.count - 1),
      () => index.share().segments.length,
    ] as const;
    for (const [i, ask] of asked.entries()) {
      // Opens a segment; the reader is asked before the event loop has turned.
      const adding = index.add(vectors(Math.max(10, index.count) + 1));
      expect(ask()).toEqual(own[i]?.());
      await adding;
    }
    const adding = index.add(vectors(index.count + 1));
    const batch = reader.searchBatch(vectors(5), 3, { exact: true });
    expect(await batch).toEqual(await index.searchBatch(vectors(5), 3, { exact: true }));
    await adding;
  });

  test('may change in the middle of a batch that it answers', async () => {
    const index = VectorIndex.create({ dimension: 4, threads: 1, capacity: 10 });
    await index.add(vectors(3000));
    const reader = VectorIndex.attach(index.share());
    lists.push(reader, index);
    const expected = await reader.searchBatch(vectors(3000), 3, { exact: true });
    const running = reader.searchBatch(vectors(3000), 3, { exact: true });
    await new Promise((resolve) => setImmediate(resolve));
    index.reserve(20_000).fill(1e6);
    await index.commit();
    expect(reader.count).toBe(23_000);
    expect(await running).toEqual(expected);
  });
});
