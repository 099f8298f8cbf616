// Examines every public package as npm would pack it: publint for the manifest, "are the types
// wrong" for the exports. Needs a finished build. Exits with 1 and a list when something is wrong.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install-state.mjs';

const runUnderThisNode = (path, ...args) =>
  spawnSync(process.execPath, [join(root, 'node_modules', path), ...args], {
    cwd: root,
    encoding: 'utf8',
  });

const publicPackages = readdirSync(join(root, 'packages'))
  .map((name) => join('packages', name))
  .filter((folder) => existsSync(join(root, folder, 'package.json')))
  .filter((folder) => {
    const text = readFileSync(join(root, folder, 'package.json'), 'utf8');
    return JSON.parse(text).private !== true;
  });

for (const folder of publicPackages) {
  const checks = [
    runUnderThisNode('publint/src/cli.js', folder, '--strict', '--pack', 'npm'),
    runUnderThisNode(
      '@arethetypeswrong/cli/dist/index.js',
      '--pack',
      folder,
      '--profile',
      'esm-only',
    ),
  ];
  for (const { status, stdout, stderr } of checks) {
    if (status === 0) continue;
    process.stderr.write(`${folder}\n${stdout}${stderr}\n`);
    process.exitCode = 1;
  }
}
if (!process.exitCode) process.stdout.write(`packages: ${publicPackages.join(', ')} are sound\n`);
