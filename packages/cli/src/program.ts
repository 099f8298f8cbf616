// The command tree as commander knows it. Each command declares its own arguments; what all of them
// share (--json, --debug, how errors are shown) is added here.

import { createRequire } from 'node:module';
import { Command } from 'commander';

import type { CommandSpec } from './command.ts';
import { backupCommand } from './commands/backup.ts';
import { buildCommand } from './commands/build.ts';
import { compactCommand } from './commands/compact.ts';
import { demoCommand } from './commands/demo.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { importCommand } from './commands/import.ts';
import { inspectCommand } from './commands/inspect.ts';
import { queryCommand } from './commands/query.ts';
import { searchCommand } from './commands/search.ts';
import { statsCommand } from './commands/stats.ts';
import { verifyCommand } from './commands/verify.ts';
import type { Io } from './run.ts';

export interface GlobalOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** The runner cares about what all commands have in common, not about their own types. */
type AnyCommand = CommandSpec<unknown, object>;
type Execute = (spec: AnyCommand, command: Command) => Promise<void>;

const EXAMPLES = `
Examples:
  nigh demo                                    see it work on generated vectors
  nigh build vectors.npy -o vectors.nigh       build an index
  nigh search vectors.nigh --query q.npy -k 5  the 5 nearest to the first query
  nigh evaluate vectors.nigh                   recall and speed for several search widths
  nigh import films films.jsonl --text text    make a collection of documents
  nigh query films --text "a heist in space"   the 10 that speak of it most
`;

/** Throws CommanderError instead of ending the process, also for --help. */
export function createProgram(io: Pick<Io, 'stdout' | 'stderr'>, execute: Execute): Command {
  const program = new Command('nigh')
    .description('Vector search: indexes of nearest neighbors, and collections of documents.')
    .version(readVersion(), '-V, --version')
    .exitOverride()
    .showHelpAfterError('See --help for the arguments and options.')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
    .addHelpText('after', EXAMPLES);
  addGlobalOptions(program);
  add(program, buildCommand, execute);
  add(program, searchCommand, execute);
  add(program, evaluateCommand, execute);
  add(program, inspectCommand, execute);
  add(program, importCommand, execute);
  add(program, queryCommand, execute);
  add(program, statsCommand, execute);
  add(program, compactCommand, execute);
  add(program, backupCommand, execute);
  add(program, verifyCommand, execute);
  add(program, demoCommand, execute);
  return program;
}

function add<Input, Report extends object>(
  program: Command,
  spec: CommandSpec<Input, Report>,
  execute: Execute,
): void {
  const command = program.command(spec.name);
  spec.declare(command);
  addGlobalOptions(command).action(() => execute(spec as unknown as AnyCommand, command));
}

/** Taken before the name of the command as well as after it. */
function addGlobalOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON document instead of text')
    .option('--debug', 'show where in the program an error happened');
}

function readVersion(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  return version;
}
