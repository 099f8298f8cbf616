// What we ask of the runtime around us, in one place: cores, memory, a turn of the event loop.
// Works without Node: in a browser the answers come from the page or are unlimited.

interface NodeOs {
  availableParallelism(): number;
  totalmem(): number;
}

/** What reading parts of a file takes. */
export interface FileSystem {
  openSync(path: string, flags: 'r'): number;
  readSync(
    file: number,
    target: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): number;
  closeSync(file: number): void;
}

interface NodeProcess {
  getBuiltinModule?(id: 'node:os'): NodeOs;
  getBuiltinModule?(id: 'node:fs'): FileSystem;
  constrainedMemory?(): number;
  emitWarning?(message: string, options: { type: string; code: string }): void;
}

function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { process?: NodeProcess }).process;
}

function nodeOs(): NodeOs | undefined {
  return nodeProcess()?.getBuiltinModule?.('node:os');
}

/** Node's synchronous files, where there are any. */
export function nodeFileSystem(): FileSystem | undefined {
  return nodeProcess()?.getBuiltinModule?.('node:fs');
}

/** Tells whoever runs the program, where there is a way to. */
export function warn(message: string, code: string): void {
  nodeProcess()?.emitWarning?.(message, { type: 'NighWarning', code });
}

/** True where worker threads and files are to be had as in Node. */
export function hasNode(): boolean {
  return nodeOs() !== undefined;
}

export function availableCores(): number {
  const browser = (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator;
  return nodeOs()?.availableParallelism() ?? browser?.hardwareConcurrency ?? 1;
}

/** Bytes this process may hope for: the machine's, or its container's when that is less. */
export function availableMemory(): number {
  const total = nodeOs()?.totalmem() ?? Number.POSITIVE_INFINITY;
  const constrained = nodeProcess()?.constrainedMemory?.() ?? 0;
  return constrained > 0 ? Math.min(total, constrained) : total;
}

/** Lets the event loop take one turn: timers, sockets, signals. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    const immediate = (globalThis as { setImmediate?: (callback: () => void) => void })
      .setImmediate;
    if (immediate) immediate(resolve);
    else setTimeout(resolve, 0);
  });
}
