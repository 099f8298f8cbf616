/**
 * Installs the peers at their pinned versions. One install script that fails would take all peers
 * along, so then they come without scripts, and each script runs for itself: whose fails is found
 * not to load, and everybody else is there.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;

function npm(...args: string[]): boolean {
  const shell = process.platform === 'win32';
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: 'inherit', shell });
  return status === 0;
}

const install = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
if (!npm(...install) && npm(...install, '--ignore-scripts')) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly allowScripts: Readonly<Record<string, boolean>>;
  };
  for (const name of Object.keys(manifest.allowScripts)) npm('rebuild', name);
}
