// Removes what the build and the tests made; `node_modules` stays.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install-state.mjs';

const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name, 'dist'));
for (const folder of [...packages, 'benchmarks/dist', 'coverage', 'node_modules/.cache/nigh']) {
  rmSync(join(root, folder), { recursive: true, force: true });
}
