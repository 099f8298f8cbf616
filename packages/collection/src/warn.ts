// Tells of what went wrong where nobody waits for it.

interface WarningProcess {
  emitWarning?(message: string, options: { readonly type: string; readonly code: string }): void;
}

/** Emits a warning of the process, where the runtime has such a thing. */
export function warn(message: string, code: string): void {
  const { process } = globalThis as { process?: WarningProcess };
  process?.emitWarning?.(message, { type: 'NighWarning', code });
}
