/** What is being done, and how long the run has taken so far: lines on the error output. */

const start = performance.now();

export function note(text: string): void {
  const seconds = Math.round((performance.now() - start) / 1000);
  process.stderr.write(`[${String(seconds).padStart(4)} s] ${text}\n`);
}

/** Seconds since the run began. */
export function elapsedSeconds(): number {
  return (performance.now() - start) / 1000;
}
