// Ctrl-C and its kin. The first one asks the running command to stop cleanly, through an
// AbortSignal; a second one ends the process at once, for the case that something hangs.

/** Exit codes of a program ended by a signal: 128 plus the number of the signal. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * npx passes on a Ctrl-C that the terminal has already delivered: two signals within this many
 * milliseconds are one press of the key.
 */
const SAME_PRESS = 500;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Exit code of the process that was interrupted. Only of use once `signal` is aborted. */
  exitCode(): number;
}

/** Starts listening; the listeners do not keep the process alive. */
export function listenForInterrupts(): Interrupt {
  const controller = new AbortController();
  let exitCode: number = exitCodes.SIGINT;
  let firstAt = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        if (performance.now() - firstAt > SAME_PRESS) process.exit(exitCode);
        return;
      }
      firstAt = performance.now();
      exitCode = exitCodes[name];
      controller.abort();
    });
  }
  // The reader of a pipe went away (`nigh … | head`): nobody is left to write for.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  return { signal: controller.signal, exitCode: () => exitCode };
}
