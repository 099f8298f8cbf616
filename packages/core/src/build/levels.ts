// Draws the levels of slots that have none yet.

import * as F from '../hot/fields.ts';
import { levelByte, MAX_LEVEL_LIMIT, nodeWord, upperHeadWord } from '../memory/layout.ts';
import { drawLevel } from '../random.ts';
import type { Segment } from '../segments/segment.ts';

/** Draws the levels of the slots up to `end` that have none yet and gives them upper rows. */
export function drawLevels(segment: Segment, seed: number, end: number): void {
  const { i32s, u8s, layout } = segment;
  if (layout.entry === 'hubs') {
    i32s[F.LEVELED] = end;
    return;
  }
  const nodes = nodeWord(layout, 0);
  let used = i32s[F.UPPER_COUNT];
  for (let slot = i32s[F.LEVELED]; slot < end; slot++) {
    const node = segment.firstNode + i32s[nodes + slot];
    const level = drawLevel(seed, node, layout.M, MAX_LEVEL_LIMIT);
    if (level === 0 || used + level > layout.upperCapacity) continue;
    u8s[levelByte(layout, slot)] = level;
    i32s[upperHeadWord(layout, slot)] = used;
    used += level;
  }
  i32s[F.UPPER_COUNT] = used;
  i32s[F.LEVELED] = end;
}
