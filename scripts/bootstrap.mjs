// The door of the repository: `npm start` and `npm test` on a machine with nothing but Node 20 and
// npm. It installs when needed, builds what changed and runs the target under the pinned Node 24.
// Plain JavaScript without dependencies, because it runs before anything is installed.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import {
  dependenciesArePresent,
  installIsComplete,
  installStamp,
  pinnedNode,
  removeDependencies,
  root,
  sealInstall,
} from './install-state.mjs';

const windows = process.platform === 'win32';

/** Runs a program in the root folder with this terminal and resolves with its exit code. */
function run(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
  // Ctrl-C reaches the child through the terminal: wait for it to end in its own way.
  const onInterrupt = () => {};
  const onTerminate = () => child.kill('SIGTERM');
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** Runs a program of `node_modules` by its JavaScript entry, under the pinned Node. */
const tool = (path, ...args) => run(pinnedNode, [join(root, 'node_modules', path), ...args]);

/** Runs pnpm by way of npx, which comes with npm; nothing needs to be installed globally. */
const pnpm = (...args) =>
  run('npx', ['-y', 'pnpm@12', ...args], {
    shell: windows,
    env: { ...process.env, npm_config_loglevel: 'error' },
  });

const installArguments = [
  '--frozen-lockfile',
  '--prefer-offline',
  '--loglevel=error',
  '--config.confirm-modules-purge=false',
];

async function install() {
  if (installIsComplete()) return 0;
  process.stderr.write('Installing the dependencies (once per change of the lockfile) ...\n');
  // The stamp goes first and comes back last, so that an interrupted install is done again.
  rmSync(installStamp, { force: true });
  let code = await pnpm('install', ...installArguments);
  if (code === 0 && !dependenciesArePresent()) {
    // pnpm trusts its own records: where files went missing behind its back, only a new tree helps.
    process.stderr.write('Something is missing in node_modules: installing anew ...\n');
    removeDependencies();
    code = await pnpm('install', ...installArguments);
  }
  if (code === 0 && dependenciesArePresent()) {
    sealInstall();
    return 0;
  }
  process.stderr.write(`The install failed (exit code ${code}). Start again to retry.\n`);
  return code || 1;
}

const build = (project) => tool('typescript/bin/tsc', '-b', project);

const nigh = 'packages/cli/dist/main.js';

async function start(args) {
  const code = (await build('packages/cli')) || (await run(pinnedNode, [nigh, 'demo', ...args]));
  if (code !== 0) return code;
  // The demo ends with commands for who has installed nigh; a clone has none of that name.
  process.stderr.write(
    `\nIn this clone \`nigh\` is \`npx node ${nigh}\`.\n` +
      '`npm start -- vectors.npy` does these steps with your own vectors.\n',
  );
  return 0;
}

/** Every check on the other runtimes, which are installed for it when they are not there. */
const matrix = (...args) => run(pinnedNode, [join(root, 'scripts/runtimes/main.ts'), ...args]);

/**
 * Every check, also after one failed; the tests come last, so that their summary ends the output.
 * Tests that are chosen by arguments run on the pinned Node only.
 */
async function test(args) {
  mkdirSync(join(root, 'node_modules/.cache/nigh'), { recursive: true });
  const failed = [];
  const step = async (name, code) => (await code) === 0 || failed.push(name);
  await step('build', build('tsconfig.build.json'));
  await step('typecheck', build('tsconfig.json'));
  await step('lint', tool('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'));
  await step('packages', run(pinnedNode, [join(root, 'scripts/check-packages.mjs')]));
  if (args.length === 0) await step('runtimes', matrix());
  await step('tests', tool('vitest/vitest.mjs', 'run', ...args));
  if (failed.length > 0) process.stderr.write(`Failed: ${failed.join(', ')}\n`);
  return failed.length > 0 ? 1 : 0;
}

/** nigh beside its peers; without arguments all of it, and the result and its tables are kept. */
async function compare(args) {
  const code = await build('tsconfig.build.json');
  if (code !== 0) return code;
  const program = (path, ...given) => run(pinnedNode, [join(root, 'benchmarks', path), ...given]);
  await program('compare/setup.ts');
  if (args.length > 0) return program('compare/main.ts', ...args);
  return (await program('compare/main.ts', '--save')) || program('tables/main.ts');
}

/** All of it on all runtimes, which takes long. */
async function testEverywhere(args) {
  return (await build('tsconfig.build.json')) || matrix('--full', ...args);
}

const targets = { start, test, check: test, compare, matrix: testEverywhere };

async function main([target, ...args]) {
  const action = targets[target];
  if (action === undefined || !existsSync(join(root, 'pnpm-lock.yaml'))) {
    process.stderr.write(
      'Usage: node scripts/bootstrap.mjs start|test|compare|matrix [arguments]\n',
    );
    return 2;
  }
  return (await install()) || action(args);
}

process.exitCode = await main(process.argv.slice(2));
