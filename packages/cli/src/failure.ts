// From anything that was thrown to one line a person can act on, and the exit code.
// Messages come from core and from the file readers; the hints, about what to type next, are here.

import { VectorIndexError } from '@nigh/core';
import { FormatError, vectorEndings } from '@nigh/formats';
import { CommanderError } from 'commander';

/** Exit codes of the program; 130 and 143, for a cancelled one, are in interrupt.ts. */
export const ExitCode = { ok: 0, failed: 1, usage: 2 } as const;

/** Arguments that are each fine and together mean nothing. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What is printed about an error, and what the process returns. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly exitCode: number;
}

const hints: Readonly<Record<string, string>> = {
  FILE_NOT_FOUND: 'check the path; it is taken relative to the current folder',
  FORMAT_UNKNOWN: `vector files end in ${vectorEndings}`,
  FORMAT_DAMAGED: 'the file was cut short or is not of the kind its name says: copy it again',
  NO_VECTORS: 'give a file with at least one vector',
  DIMENSION_MISMATCH: 'queries must have as many components as the vectors of the index',
  NOT_FINITE: 'vectors must not contain NaN or infinite numbers: clean the file first',
  ZERO_VECTOR: 'the cosine of a zero vector is undefined: remove it, or use --metric l2 or dot',
  OUT_OF_MEMORY: 'close other programs or build over fewer vectors',
  SNAPSHOT_CORRUPT: 'to build it anew: nigh build <vectors> -o <index>',
  SNAPSHOT_UNSUPPORTED: 'to build it with this version: nigh build <vectors> -o <index>',
  FILE_FAILED: 'check the path, the rights of its folder, and the space left on the disk',
  UNSUPPORTED_RUNTIME: 'use Node.js 22.18 or newer',
  INVALID_OPTION: 'see the command with --help for the allowed range',
  INVALID_ARGUMENT: 'see the command with --help for the allowed range',
};

/** Codes of core that say the person typed a value outside its range. */
const usageCodes: ReadonlySet<string> = new Set(['INVALID_OPTION', 'INVALID_ARGUMENT']);

export function describeFailure(error: unknown): Failure {
  if (error instanceof UsageError) return usageFailure('USAGE', error.message);
  if (error instanceof CommanderError) {
    const isHelp = error.code === 'commander.help'; // shown because no command was given
    return usageFailure('USAGE', isHelp ? 'give a command' : error.message.replace(/^error: /, ''));
  }
  if (error instanceof FormatError || error instanceof VectorIndexError) {
    const { code, message } = error;
    const hint = hints[code];
    const exitCode = usageCodes.has(code) ? ExitCode.usage : ExitCode.failed;
    return { code, message, exitCode, ...(hint !== undefined && { hint }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return {
    code: typeof code === 'string' ? code : 'UNEXPECTED',
    message,
    hint: 'run again with --debug to see where it happened',
    exitCode: ExitCode.failed,
  };
}

function usageFailure(code: string, message: string): Failure {
  return { code, message, hint: 'see --help', exitCode: ExitCode.usage };
}
