#!/usr/bin/env node
// The `nigh` program: connects the process (arguments, streams, Ctrl-C, exit code) to run().
// Anything worth testing is in run.ts and in commands/. The process ends by itself once a command
// has closed its index; calling process.exit() here could lose output still on its way to a pipe.

import { listenForInterrupts } from './interrupt.ts';
import { run } from './run.ts';

const interrupt = listenForInterrupts();
process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupt.signal,
});
if (interrupt.signal.aborted) process.exitCode = interrupt.exitCode();
