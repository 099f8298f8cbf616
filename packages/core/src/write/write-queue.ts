// One writer: linking, saving and whatever else needs the index to stand still run one after
// another, in the order in which they were asked for. A failed one does not stop the next.

export class WriteQueue {
  #last: Promise<unknown> = Promise.resolve();
  #unfinished = 0;

  /** True while something runs or waits. */
  get busy(): boolean {
    return this.#unfinished > 0;
  }

  /** Runs `work` when everything asked for earlier has ended. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.#unfinished++;
    const result = this.#last.then(work).finally(() => {
      this.#unfinished--;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Settles when nothing runs or waits. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
