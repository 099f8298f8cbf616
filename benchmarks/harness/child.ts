/**
 * A contestant in a process of its own: what one library leaves behind in the heap or teaches the
 * compiler cannot slow down the next. The parent asks one child at a time, so they never overlap.
 */
import { type ChildProcess, fork } from 'node:child_process';

export class Child {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /**
   * Starts `program` with one JSON argument and waits for its first message.
   * @param runtime its flags, and what its environment has besides that of this process.
   */
  static async start(
    program: string,
    argument: unknown,
    runtime: { readonly flags?: readonly string[]; readonly environment?: NodeJS.ProcessEnv } = {},
  ): Promise<Child> {
    const execArgv = [...process.execArgv, ...(runtime.flags ?? [])];
    const env = { ...process.env, ...runtime.environment };
    const child = new Child(fork(program, [JSON.stringify(argument)], { execArgv, env }));
    await child.#reply();
    return child;
  }

  /** Sends a question and waits for the answer; rejects when the process ends instead. */
  ask<Answer>(question: object): Promise<Answer> {
    const answer = this.#reply();
    this.#process.send(question);
    return answer as Promise<Answer>;
  }

  /** Lets the process clean up and waits for its end. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#process.once('exit', () => resolve());
      this.#process.disconnect();
    });
  }

  #reply(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`a contestant ended with ${code}`));
      this.#process.once('exit', ended);
      this.#process.once('message', (message) => {
        this.#process.off('exit', ended);
        const { failed } = message as { failed?: string };
        if (failed === undefined) resolve(message);
        else reject(new Error(failed));
      });
    });
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
