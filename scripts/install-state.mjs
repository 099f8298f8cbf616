// Says whether `node_modules` is whole and belongs to this lockfile. A stamp alone would not do: it
// survives when a part of the tree is deleted, so each declared dependency is looked at as well.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Written after a finished install, with the hash of what was asked for. */
export const installStamp = join(root, 'node_modules', '.nigh-install');

/** The Node that runs everything after the install: the `node` devDependency. */
export const pinnedNode = join(
  root,
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

function packageFolders() {
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
  return ['.', 'benchmarks', 'docs', ...packages].filter((folder) =>
    existsSync(join(root, folder, 'package.json')),
  );
}

function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  const manifests = packageFolders().map((folder) => join(folder, 'package.json'));
  for (const path of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]) {
    hash.update(`\n${path}\n`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

/** True when every dependency that a package.json names can be found, and the pinned Node too. */
export function dependenciesArePresent() {
  if (!existsSync(pinnedNode) || statSync(pinnedNode).size === 0) return false;
  return packageFolders().every((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    return names.every((name) =>
      existsSync(join(root, folder, 'node_modules', name, 'package.json')),
    );
  });
}

/** True when the last install ended well, was for this lockfile, and nothing of it went missing. */
export function installIsComplete() {
  if (!existsSync(installStamp)) return false;
  return readFileSync(installStamp, 'utf8') === fingerprint() && dependenciesArePresent();
}

/** Marks the install as finished. */
export function sealInstall() {
  writeFileSync(installStamp, fingerprint());
}

/** Removes every `node_modules` of the workspace. */
export function removeDependencies() {
  for (const folder of packageFolders()) {
    rmSync(join(root, folder, 'node_modules'), { recursive: true, force: true });
  }
}
