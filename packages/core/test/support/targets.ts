// The targets of the hot code that this engine runs, and a bare memory of each to call kernels on.
// A newcomer would test one tier: they must leave the same bits, so tests run on all of them.

import { bindHotCode, viewsOf } from '../../src/engine/engine.ts';
import type { HotCode } from '../../src/engine/hot-code.ts';
import { TIERS, type Tier, wasmModule } from '../../src/engine/tier.ts';
import { bindMachine } from '../../src/hot/machine.ts';
import type { MachineViews } from '../../src/hot/views.ts';
import {
  allocateMemory,
  MEMORY_KINDS,
  type MemoryKind,
  type SegmentMemory,
} from '../../src/memory/segment-memory.ts';

/** A tier and a kind of memory. */
export interface Target {
  readonly tier: Tier;
  readonly memory: MemoryKind;
}

/** The tiers this engine can run; the JavaScript one always. */
export const RUNNABLE_TIERS: readonly Tier[] = TIERS.filter(
  (tier) => tier === 'javascript' || wasmModule(tier, 'shared') !== undefined,
);

/** One target per tier, on the memory it uses by default. */
export const TIER_TARGETS: readonly Target[] = RUNNABLE_TIERS.map((tier) => ({
  tier,
  memory: 'shared',
}));

/** Every tier on every kind of memory. */
export const ALL_TARGETS: readonly Target[] = MEMORY_KINDS.flatMap((memory) =>
  RUNNABLE_TIERS.map((tier) => ({ tier, memory })),
);

/** Memory without a segment's layout: addresses are words from 0, all words are zero. */
export interface BareMemory extends MachineViews {
  readonly tier: Tier;
  readonly memory: SegmentMemory;
  readonly hot: HotCode;
}

/** Hot code of a tier over `bytes` of fresh memory. */
export function bareMemory(target: Target, bytes: number): BareMemory {
  const wanted = { kind: target.memory, wasm: target.tier !== 'javascript' };
  const memory = allocateMemory(wanted, bytes, Number.POSITIVE_INFINITY);
  const views = viewsOf(memory.buffer);
  return { ...views, tier: target.tier, memory, hot: bindHotCode(memory, views, target.tier) };
}

/**
 * Binds the functions that src/hot does not export from its entry file, which run as JavaScript
 * only. Each hot call of another memory binds that one: call this again before the next use.
 */
export function bindTo(views: MachineViews): void {
  bindMachine(views);
}
