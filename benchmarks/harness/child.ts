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

  /** Starts `program` with one JSON argument and waits for its first message. */
  static async start(program: string, argument: unknown): Promise<Child> {
    const child = new Child(fork(program, [JSON.stringify(argument)]));
    await child.#reply();
    return child;
  }

  /** Sends a question and waits for the answer; rejects when the process ends instead. */
  ask<Answer>(question: object): Promise<Answer> {
    const answer = this.#reply();
    this.#process.send(question);
    return answer as Promise<Answer>;
  }

  /** Ends the process; it holds nothing worth saving. */
  stop(): void {
    this.#process.removeAllListeners('exit');
    this.#process.kill();
  }

  #reply(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`a contestant ended with ${code}`));
      this.#process.once('exit', ended);
      this.#process.once('message', (message) => {
        this.#process.off('exit', ended);
        resolve(message);
      });
    });
  }
}

/** The child's side: reports that it is ready, then answers every question with `answer`. */
export function answerParent<Question>(answer: (question: Question) => object): void {
  process.on('message', (question) => process.send?.(answer(question as Question)));
  process.send?.({ ready: true });
}
