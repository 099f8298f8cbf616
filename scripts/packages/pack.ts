// Packs the public packages as they are published: by pnpm, which writes the versions of the
// workspace in the place of `workspace:*`.

import { demand, runNpm } from './programs.ts';
import type { PublicPackage } from './public-packages.ts';

export interface Tarball {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  /** Bytes, packed. */
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** @param to an empty folder for the tarballs */
export async function pack(
  packages: readonly PublicPackage[],
  to: string,
  root: string,
): Promise<Tarball[]> {
  const filters = packages.flatMap(({ manifest }) => ['--filter', manifest.name]);
  const args = ['-y', 'pnpm@12', '-r', ...filters, 'pack', '--json', '--pack-destination', to];
  const { stdout } = await demand('pnpm pack', runNpm('npx', args, root));
  const tarballs = JSON.parse(stdout) as Tarball[];
  return tarballs.sort((a, b) => (a.name < b.name ? -1 : 1));
}
