/**
 * The machine, runtime and commit a result was measured with. A result without them says nothing:
 * the same program differs by a factor of two between two rented machines.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  /** Cores this process may use, which a container can make fewer than the CPU has. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly architecture: string;
  readonly node: string;
  readonly v8: string;
  /** Abbreviated commit; a trailing `+` says that the working tree had changes. */
  readonly commit: string;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    os: `${platform()} ${release()}`,
    architecture: process.arch,
    node: process.versions.node,
    v8: process.versions.v8,
    commit: describeCommit(),
  };
}

/** One line for a table's caption. */
export function machineLine(machine: Machine): string {
  const gibibytes = Math.round(machine.memoryBytes / 2 ** 30);
  return (
    `${machine.cpu}, ${machine.cores} cores, ${gibibytes} GiB, ${machine.os} ` +
    `${machine.architecture}, Node ${machine.node}, commit ${machine.commit}`
  );
}

/** `unknown` outside a git checkout: an archive of the sources can still be measured. */
function describeCommit(): string {
  try {
    const commit = git('rev-parse', '--short=10', 'HEAD');
    const changes = git('status', '--porcelain', '--untracked-files=no');
    return changes === '' ? commit : `${commit}+`;
  } catch {
    return 'unknown';
  }
}

function git(...args: string[]): string {
  const options = { cwd: import.meta.dirname, encoding: 'utf8', stdio: 'pipe' } as const;
  return execFileSync('git', args, options).trim();
}
