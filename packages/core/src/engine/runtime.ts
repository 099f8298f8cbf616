// What we ask of the runtime around us, in one place: cores, memory, files, a turn of the event
// loop. Works without Node: a page has one core for us, no files, and memory until it is refused.
// Modules of Node are asked for by name while running: bundlers find no import to puzzle over.

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

/** What a thread needs to take a message without a turn of its event loop. */
interface NodeThreads {
  receiveMessageOnPort(port: unknown): { readonly message: unknown } | undefined;
}

/** What saving and loading a file takes. */
export interface NodeFiles {
  readonly files: typeof import('node:fs/promises');
  readonly paths: typeof import('node:path');
  /** The number of this process. */
  readonly pid: number;
}

interface NodeProcess {
  readonly pid: number;
  getBuiltinModule?(id: 'node:fs/promises'): NodeFiles['files'];
  getBuiltinModule?(id: 'node:path'): NodeFiles['paths'];
  getBuiltinModule?(id: 'node:os'): NodeOs;
  getBuiltinModule?(id: 'node:fs'): FileSystem;
  getBuiltinModule?(id: 'node:worker_threads'): NodeThreads;
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

/** Node's files, and what names them, where there are any. */
export function nodeFiles(): NodeFiles | undefined {
  const process = nodeProcess();
  const files = process?.getBuiltinModule?.('node:fs/promises');
  const paths = process?.getBuiltinModule?.('node:path');
  return process && files && paths && { files, paths, pid: process.pid };
}

/** Tells whoever runs the program, where there is a way to. */
export function warn(message: string, code: string): void {
  nodeProcess()?.emitWarning?.(message, { type: 'NighWarning', code });
}

/** True where worker threads and files are to be had as in Node. */
export function hasNode(): boolean {
  return nodeOs() !== undefined;
}

/** Cores that threads of ours could run on: in a page they have one, however many it has. */
export function availableCores(): number {
  return nodeOs()?.availableParallelism() ?? 1;
}

/** Bytes this process may hope for: the machine's, or its container's when that is less. */
export function availableMemory(): number {
  const total = nodeOs()?.totalmem() ?? Number.POSITIVE_INFINITY;
  const constrained = nodeProcess()?.constrainedMemory?.() ?? 0;
  return constrained > 0 ? Math.min(total, constrained) : total;
}

interface TurnTakers {
  setImmediate?(callback: () => void): void;
  readonly MessageChannel?: typeof MessageChannel;
}

/** Resolves with a message to ourselves: pages hold timers back for 4 ms. */
function takeTurnByMessage(Channel: typeof MessageChannel, resolve: () => void): void {
  const { port1, port2 } = new Channel();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(undefined);
}

/** Lets the event loop take one turn: timers, sockets, signals; in a page, input and painting. */
export function yieldToEventLoop(): Promise<void> {
  const { setImmediate, MessageChannel } = globalThis as TurnTakers;
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else if (MessageChannel) takeTurnByMessage(MessageChannel, resolve);
    else setTimeout(resolve, 0);
  });
}

/** A channel to all threads of this process that opened one of the same name. */
export interface Channel {
  post(message: unknown): void;
  /** Messages that have come and were not heard; none where they come by the event loop only. */
  receive(): unknown[];
  close(): void;
}

/** A BroadcastChannel of Node; a page's has no `unref`. */
interface Broadcast {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
  unref?(): void;
  close(): void;
}

/**
 * Opens a channel that does not keep the process alive; undefined where there are none.
 *
 * @param onMessage called in turns of the event loop, with every message that nobody has received
 */
export function openChannel(
  name: string,
  onMessage?: (message: unknown) => void,
): Channel | undefined {
  const { BroadcastChannel } = globalThis as {
    BroadcastChannel?: new (name: string) => Broadcast;
  };
  if (!BroadcastChannel) return undefined;
  const broadcast = new BroadcastChannel(name);
  if (onMessage) broadcast.onmessage = ({ data }) => onMessage(data);
  broadcast.unref?.();
  const threads = nodeProcess()?.getBuiltinModule?.('node:worker_threads');
  const take = (): { readonly message: unknown } | undefined => {
    try {
      return threads?.receiveMessageOnPort(broadcast);
    } catch {
      return undefined; // Deno takes messages of ports only
    }
  };
  const receive = (): unknown[] => {
    const messages: unknown[] = [];
    for (let taken = take(); taken; taken = take()) messages.push(taken.message);
    return messages;
  };
  return {
    post: (message) => broadcast.postMessage(message),
    receive,
    close: () => broadcast.close(),
  };
}

/**
 * A name that nothing else has. Nothing that an index holds or finds depends on it. Not a UUID:
 * pages that came over plain http cannot make any.
 */
export function uniqueName(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
