// The test projects, one per kind of test. All of them read the sources of the workspace, except
// `e2e`, which imports the built packages by name: run `npm run build` before it.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const packages = ['core', 'base', 'filter', 'text', 'storage', 'formats', 'collection', 'testkit'];
const alias = packages.map((name) => ({
  find: `@nigh/${name}`,
  replacement: source(`packages/${name}/src/index.ts`),
}));

// Where the tests of one kind live: the same folder name in every package.
const testsOf = (kind: string): string[] => [
  `packages/*/test/${kind}/**/*.test.ts`,
  `benchmarks/test/${kind}/**/*.test.ts`,
];

const excluded = ['**/node_modules/**', '**/dist/**'];
// Slow on purpose: real builds, real workers. The limits say when something hangs, not how fast it is.
const patience = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  resolve: { alias },
  test: {
    // Child processes, so that a test may start worker threads of its own and a crash stays local.
    pool: 'forks',
    maxWorkers: 2,
    passWithNoTests: true,
    allowOnly: false,
    setupFiles: ['scripts/fast-check-seed.ts'],
    exclude: excluded,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.generated.ts', '**/*.d.ts'],
      reporter: ['text', 'html', 'json-summary'],
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [...testsOf('unit'), 'scripts/**/*.test.ts'],
          // Quick ones; the limit is for a machine that has more to do.
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: { name: 'property', include: testsOf('property'), testTimeout: 60_000 },
      },
      { extends: true, test: { name: 'model', include: testsOf('model'), ...patience } },
      { extends: true, test: { name: 'recall', include: testsOf('recall'), ...patience } },
      { extends: true, test: { name: 'work', include: testsOf('work'), ...patience } },
      {
        // No aliases: what is tested here is what gets published.
        extends: false,
        test: {
          name: 'e2e',
          include: testsOf('e2e'),
          exclude: excluded,
          pool: 'forks',
          server: { deps: { external: [/\/(packages\/[^/]+|benchmarks)\/dist\//] } },
          ...patience,
        },
      },
    ],
  },
});
