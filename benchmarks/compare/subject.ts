/**
 * A contestant while it is measured. When it fails, or its process ends, that is noted, and it
 * takes part no more; everybody else goes on.
 */
import { join } from 'node:path';
import { Child, type Runtime } from '../harness/child.ts';
import type { IndexQuestion, IndexTask } from './index-case.ts';
import { firstLine, type PeerFailure } from './peers.ts';
import { note } from './progress.ts';

/** After so long without an answer a contestant hangs: a build may take longer than a search. */
const MOST_BUILD_SECONDS = 900;
const MOST_SECONDS = 120;

export const INDEX_PROGRAM: string = join(import.meta.dirname, 'index-case.ts');

export class Subject {
  readonly name: string;
  readonly set: string;
  readonly #failures: PeerFailure[];
  #child: Child | undefined;

  private constructor(task: IndexTask, failures: PeerFailure[]) {
    this.name = task.contestant;
    this.set = task.set.name;
    this.#failures = failures;
  }

  /** @param failures gets a line when it fails, now or later. */
  static async start(
    task: IndexTask,
    failures: PeerFailure[],
    runtime: Runtime = {},
  ): Promise<Subject> {
    const subject = new Subject(task, failures);
    try {
      subject.#child = await Child.start(INDEX_PROGRAM, task, {
        seconds: MOST_SECONDS,
        ...runtime,
      });
    } catch (error) {
      subject.#fail(error);
    }
    return subject;
  }

  get takesPart(): boolean {
    return this.#child !== undefined;
  }

  /** The answer; undefined when it has failed, with this question or before. */
  async ask<Answer>(question: IndexQuestion): Promise<Answer | undefined> {
    const child = this.#child;
    if (child === undefined) return undefined;
    try {
      const seconds = question.kind === 'build' ? MOST_BUILD_SECONDS : MOST_SECONDS;
      return await child.ask<Answer>(question, seconds);
    } catch (error) {
      await this.stop();
      this.#fail(error);
      return undefined;
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    await child?.stop();
  }

  #fail(error: unknown): void {
    const reason = firstLine(error);
    note(`${this.name} is left out on ${this.set}: ${reason}`);
    this.#failures.push({ name: `${this.name}, ${this.set}`, reason });
  }
}
