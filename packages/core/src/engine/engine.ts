// Binds the hot code to one memory: the WebAssembly instance, or the JavaScript functions behind a
// door that binds their views first. Callers see the same functions either way.

import * as javascript from '../hot/index.ts';
import { bindMachine } from '../hot/machine.ts';
import type { MachineViews } from '../hot/views.ts';
import type { SegmentMemory } from '../memory/segment-memory.ts';
import type { HotCode } from './hot-code.ts';
import { type Tier, unsupportedTier, wasmModule } from './tier.ts';

/** The typed views of one memory, whole. */
export function viewsOf(buffer: ArrayBufferLike): MachineViews {
  return {
    i32s: new Int32Array(buffer),
    f32s: new Float32Array(buffer),
    i8s: new Int8Array(buffer),
    u8s: new Uint8Array(buffer),
  };
}

type Hot = (...words: number[]) => number;

/** The JavaScript target over `views`: every function binds the machine to them, then runs. */
function bindJavaScript(views: MachineViews): HotCode {
  const bound: Record<string, Hot> = {};
  for (const [name, hot] of Object.entries<unknown>(javascript satisfies HotCode)) {
    bound[name] = (...words) => {
      bindMachine(views);
      return (hot as Hot)(...words);
    };
  }
  return bound as unknown as HotCode;
}

/**
 * The hot code of `tier` over `memory`.
 *
 * @throws {VectorIndexError} UNSUPPORTED_RUNTIME when this engine cannot run the tier
 */
export function bindHotCode(memory: SegmentMemory, views: MachineViews, tier: Tier): HotCode {
  if (tier === 'javascript') return bindJavaScript(views);
  const module = wasmModule(tier, memory.kind);
  if (!module || !memory.wasm) throw unsupportedTier(tier);
  const instance = new WebAssembly.Instance(module, { env: { memory: memory.wasm } });
  return instance.exports as unknown as HotCode;
}
