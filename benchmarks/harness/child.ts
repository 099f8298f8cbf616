/**
 * A contestant in a process of its own: what one library leaves behind in the heap or teaches the
 * compiler cannot slow down the next. The parent asks one child at a time, so they never overlap.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** The process is gone: a library took it along, or something else ended it. */
export class ChildEnded extends Error {}

/** It gave no answer for too long, and was ended. */
export class ChildHung extends Error {}

export interface Runtime {
  /** Flags of the runtime. */
  readonly flags?: readonly string[];
  /** What its environment has besides that of this process. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Whether what it prints is dropped. */
  readonly isSilent?: boolean;
  /** How long it may take to prepare; for ever when left out. */
  readonly seconds?: number;
}

const STOP_MS = 10_000;
const running = new Set<ChildProcess>();

/** Ends all of them at once, busy or not: for a program that is interrupted. */
export function endChildren(): void {
  for (const child of running) child.kill('SIGKILL');
}

export class Child {
  readonly #process: ChildProcess;
  #end: string | undefined;

  private constructor(process: ChildProcess) {
    this.#process = process;
    running.add(process);
    process.once('exit', (code, signal) => {
      this.#end = `a contestant ended with ${signal ?? code}`;
      running.delete(process);
    });
  }

  /**
   * Starts `program` with one JSON argument and waits for its first message.
   * @throws ChildEnded, ChildHung, or what the child says it failed by.
   */
  static async start(program: string, argument: unknown, runtime: Runtime = {}): Promise<Child> {
    const execArgv = [...process.execArgv, ...(runtime.flags ?? [])];
    const env = { ...process.env, ...runtime.environment };
    const silent = runtime.isSilent ?? false;
    const forked = fork(program, [JSON.stringify(argument)], { execArgv, env, silent });
    for (const output of [forked.stdout, forked.stderr]) output?.resume();
    const child = new Child(forked);
    await child.#reply(runtime.seconds);
    return child;
  }

  /**
   * Sends a question and waits for the answer; rejects when the process ends instead.
   * @param seconds ends the process when there is no answer by then.
   */
  ask<Answer>(question: object, seconds?: number): Promise<Answer> {
    const answer = this.#reply(seconds);
    // A process that has just gone is told by its end, not by the failure of this message.
    if (this.#end === undefined) this.#process.send(question, () => undefined);
    return answer as Promise<Answer>;
  }

  /** Lets the process clean up and waits for its end, which comes at the latest in 10 s. */
  async stop(): Promise<void> {
    if (this.#end !== undefined) return;
    const ended = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }

  async #reply(seconds?: number): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (this.#end !== undefined) throw new ChildEnded(this.#end);
    const ended = (): void => reject(new ChildEnded(this.#end));
    this.#process.once('exit', ended);
    this.#process.once('message', resolve);
    const timer =
      seconds === undefined
        ? undefined
        : setTimeout(() => this.#giveUp(seconds, reject), seconds * 1000);
    try {
      const message = await promise;
      const { failed } = message as { failed?: string };
      if (failed !== undefined) throw new Error(failed);
      return message;
    } finally {
      clearTimeout(timer);
      this.#process.off('exit', ended);
      this.#process.off('message', resolve);
    }
  }

  #giveUp(seconds: number, reject: (error: Error) => void): void {
    reject(new ChildHung(`no answer in ${seconds} s`));
    this.#process.kill('SIGKILL');
  }
}

/** What a child does once it is prepared. */
export interface Answering<Question> {
  readonly answer: (question: Question) => object | Promise<object>;
  readonly close: () => Promise<void>;
}

/**
 * The child's side: prepares, reports that it is ready or why it is not, then answers every
 * question until the parent lets go.
 */
export async function answerParent<Question>(
  prepare: () => Promise<Answering<Question>>,
): Promise<void> {
  try {
    const { answer, close } = await prepare();
    const end = () => void close().finally(() => process.exit());
    if (!process.connected) return end(); // the parent went away meanwhile
    process.once('disconnect', end);
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, end);
    // A parent that went away needs no answer.
    const reply = (message: object) => process.send?.(message, () => undefined);
    process.on('message', (question) => {
      // A failed question ends nothing: the parent decides what to do without its answer.
      Promise.resolve()
        .then(() => answer(question as Question))
        .then(reply, (error: unknown) => reply({ failed: String(error) }));
    });
    reply({ ready: true });
  } catch (error) {
    process.send?.({ failed: String(error) }, () => process.exit(1));
  }
}
