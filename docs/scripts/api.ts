// Writes the API reference into docs/api, or another folder: `pnpm --filter @nigh/docs run api`.
import { fileURLToPath } from 'node:url';
import { generateApi } from './generate-api.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const complaints = await generateApi(root, process.argv[2] ?? `${root}/docs/api`);
for (const line of complaints) console.error(line);
process.exitCode = complaints.length === 0 ? 0 : 1;
