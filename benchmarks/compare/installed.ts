/**
 * Loads a peer's package from beside this file. A package that is not there and one whose native
 * part does not load are different things: the first is a missing install, the second a finding.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Relative requires start here, in the package of the peers. */
export const requirePeer: NodeJS.Require = createRequire(import.meta.url);

export function packageFolder(name: string): string {
  return join(import.meta.dirname, 'node_modules', name);
}

export function isInstalled(name: string): boolean {
  return existsSync(join(packageFolder(name), 'package.json'));
}

/** The version of an installed package; not every package lets its manifest be imported. */
export function installedVersion(name: string): string {
  const manifest = readFileSync(join(packageFolder(name), 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
