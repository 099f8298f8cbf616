// What a command is: how it is declared, what it does, how its result looks. A command returns a
// plain object and prints nothing itself, so that one run serves the terminal, --json and tests.

import type { Progress } from '@nigh/core';
import type { Command } from 'commander';

import type { Paint } from './output/render.ts';

/** What a running command has to work with. */
export interface Work {
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** How to colour the text given to `say`. */
  readonly paint: Paint;
  /** Shows one step of a longer story to a person; silent under --json. */
  say(text: string): void;
  /** What a person reads if the command is cancelled from here on. */
  ifCancelled(message: string): void;
}

/** One command of the program. */
export interface CommandSpec<Input, Report extends object> {
  readonly name: string;
  /** Adds description, arguments and options. */
  declare(command: Command): void;
  /** Reads what was declared. @throws UsageError for combinations that mean nothing. */
  parse(command: Command): Input;
  run(input: Input, work: Work): Promise<Report>;
  render(report: Report, paint: Paint): string;
  /** What to do about errors by their code, where that is not what other commands say. */
  readonly hints?: Readonly<Record<string, string>>;
  /** Exit code for a finished command; 0 when absent. */
  exitCode?(report: Report): number;
}
