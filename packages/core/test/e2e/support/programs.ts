// Runs a program of this folder as a process of its own and waits for its end: whether a process
// ends by itself, and what it leaves running, can only be seen from outside.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ending {
  readonly exitCode: number | null;
  /** Lines of the standard output, parsed as JSON. */
  readonly lines: readonly Record<string, unknown>[];
  readonly stderr: string;
  readonly milliseconds: number;
  /** The process did not end in time and was killed. */
  readonly hung: boolean;
}

export interface RunOptions {
  readonly args?: readonly string[];
  /** More flags for Node. */
  readonly flags?: readonly string[];
  /** A module of this folder that every thread of the process loads first. */
  readonly preload?: string;
  /** Milliseconds after which the process is taken for hung. */
  readonly patience?: number;
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

export function runProgram(name: string, options: RunOptions = {}): Promise<Ending> {
  const { args = [], flags: more = [], preload, patience = 30_000 } = options;
  // Random vectors are what bits know least of.
  const flags = ['--disable-warning=LOW_RECALL', ...more];
  if (preload !== undefined) flags.push('--import', new URL(preload, import.meta.url).href);
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, pathOf(name), ...args]);
    let stdout = '';
    let stderr = '';
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, patience);
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      const texts = stdout.split('\n').filter((line) => line.startsWith('{'));
      const lines = texts.map((text) => JSON.parse(text) as Record<string, unknown>);
      resolve({ exitCode, lines, stderr, milliseconds: performance.now() - start, hung });
    });
  });
}
