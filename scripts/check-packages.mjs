// Examines the public packages as npm users get them: packed, read by the tools that know how
// packages go wrong, installed by npm into an empty project and used there. Needs a finished build
// and the registry. Exits with 1 and a list when something is wrong.
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './install-state.mjs';
import { install, useAll } from './packages/consumer.ts';
import { contentProblems } from './packages/contents.ts';
import { pack } from './packages/pack.ts';
import { inPairs, runNode } from './packages/programs.ts';
import { publicPackages } from './packages/public-packages.ts';
import { CORE_GZIPPED_LIMIT, gzippedSize } from './packages/size.ts';

const say = (line) => process.stdout.write(`packages: ${line}\n`);
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** What publint says of a tarball's manifest, and "are the types wrong" of its exports. */
async function lint({ name, filename }) {
  const tools = [
    ['publint/src/cli.js', filename, '--strict'],
    ['@arethetypeswrong/cli/dist/index.js', filename, '--profile', 'esm-only'],
  ];
  const problems = [];
  for (const [tool, ...args] of tools) {
    const { code, output } = await runNode(join(root, 'node_modules', tool), args, root);
    if (code !== 0) problems.push(`${name}: ${tool} says\n${output}`);
  }
  return problems;
}

/** Everything that is wrong, as lines. */
async function examine(folder) {
  const packages = publicPackages(root);
  const tarballs = await pack(packages, folder, root);
  say(`packed ${tarballs.map(({ name, size }) => `${name} ${kB(size)}`).join(', ')}`);

  const problems = (await inPairs(tarballs, lint)).flat();
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const workspace = { root, nodeTypes: devDependencies['@types/node'] };
  const project = join(folder, 'project');
  await install(project, tarballs, workspace);
  for (const { name } of tarballs) {
    const found = contentProblems(join(project, 'node_modules', name));
    problems.push(...found.map((problem) => `${name}: ${problem}`));
  }

  const importable = packages.filter(({ manifest }) => '.' in manifest.exports);
  const names = importable.map(({ manifest }) => manifest.name);
  problems.push(...(await useAll(project, names, workspace)));

  const size = await gzippedSize(project);
  say(`@nigh/core in a page: ${kB(size)} gzipped`);
  if (size > CORE_GZIPPED_LIMIT) {
    problems.push(`@nigh/core: ${kB(size)} gzipped, more than ${kB(CORE_GZIPPED_LIMIT)}`);
  }
  return problems;
}

// Outside the repository, so that nothing is found in its node_modules by accident. By its true
// name: where the temporary folder is a link, tools would otherwise disagree about paths.
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nigh-packages-')));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

try {
  const problems = await examine(folder);
  if (problems.length === 0) {
    say('installed by npm, imported, required, compiled against and used: all sound');
  } else {
    process.stderr.write(`packages: what npm users would get is wrong\n${problems.join('\n')}\n`);
    process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`packages: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
