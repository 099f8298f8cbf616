// One run of the program, given its arguments and streams: returns the exit code and touches
// nothing of the process, so a test can call it. Results go to stdout, all else to stderr;
// under --json stdout gets exactly one document, also when the command fails.

import { CommanderError } from 'commander';

import type { CommandSpec, Work } from './command.ts';
import { describeFailure, ExitCode, type Failure } from './failure.ts';
import { createProgress, type ProgressStream } from './output/progress.ts';
import { type ColorStream, paintFor } from './output/render.ts';
import { createProgram, type GlobalOptions } from './program.ts';

export interface Io {
  readonly stdout: ProgressStream & ColorStream;
  readonly stderr: ProgressStream & ColorStream;
  /** Aborted when the person wants the command to stop. */
  readonly signal: AbortSignal;
}

/** Exit code of a cancelled run; main.ts refines it when another signal than Ctrl-C came. */
const CANCELLED = 130;

export async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = ExitCode.ok;
  const program = createProgram(io, async (spec, command) => {
    exitCode = await execute(spec, command, io);
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.ok; // --help
    // Commander has already written its message to stderr.
    if (argv.includes('--json')) writeJson(io, { error: describeFailure(error) });
    return ExitCode.usage;
  }
}

type CommandLike = Parameters<CommandSpec<unknown, object>['parse']>[0];

async function execute(
  spec: CommandSpec<unknown, object>,
  command: CommandLike,
  io: Io,
): Promise<number> {
  const { json = false, debug = false } = command.optsWithGlobals<GlobalOptions>();
  const progress = createProgress(io.stderr, paintFor(io.stderr));
  const paint = paintFor(io.stdout);
  let cancelMessage = 'Cancelled.';
  const work: Work = {
    signal: io.signal,
    onProgress: (now) => progress.report(now),
    paint,
    say(text) {
      progress.stop();
      if (!json) io.stdout.write(`${text}\n`);
    },
    ifCancelled(message) {
      cancelMessage = message;
    },
  };
  try {
    const report = await spec.run(spec.parse(command), work);
    progress.stop();
    if (json) writeJson(io, { command: spec.name, ...report });
    else io.stdout.write(`${spec.render(report, paint)}\n`);
    return spec.exitCode?.(report) ?? ExitCode.ok;
  } catch (error) {
    progress.stop();
    if (io.signal.aborted) return reportCancelled(cancelMessage, json, io);
    return reportFailure(error, describeFailure(error, spec.hints), { json, debug }, io);
  }
}

function reportCancelled(message: string, json: boolean, io: Io): number {
  if (json) writeJson(io, { error: { code: 'ABORTED', message, exitCode: CANCELLED } });
  io.stderr.write(`${message}\n`);
  return CANCELLED;
}

function reportFailure(
  error: unknown,
  failure: Failure,
  options: Required<GlobalOptions>,
  io: Io,
): number {
  const paint = paintFor(io.stderr);
  if (options.json) writeJson(io, { error: failure });
  io.stderr.write(
    `${paint.bad('error:')} ${failure.message} ${paint.faint(`[${failure.code}]`)}\n`,
  );
  if (failure.hint !== undefined) io.stderr.write(`${paint.faint(`hint: ${failure.hint}`)}\n`);
  if (options.debug) io.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return failure.exitCode;
}

/** Numbers JSON has no word for (the rate of work that took no time) become null. */
function writeJson(io: Io, document: object): void {
  io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
