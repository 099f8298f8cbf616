// What is in a package as it lies in node_modules: what belongs there, and nothing else.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** Files that tools and readers look for in every package. */
const NEEDED = ['package.json', 'README.md', 'LICENSE'];
/** The sources are there for the source maps. */
const FOLDERS = ['dist/', 'src/'];
/** tsc leaves what it built of sources that are gone. */
const OLD = '; if an older build left it, `npm run clean` and build again';
const UNWANTED = /\.tsbuildinfo$|\.test\.|(^|\/)test\//;

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.split(sep).join('/'))
    .filter((path) => !path.startsWith('node_modules/'));
}

/** What a source map names and is not there. */
function missingSources(folder: string, path: string): string[] {
  const { sources } = JSON.parse(readFileSync(join(folder, path), 'utf8')) as {
    sources: string[];
  };
  return sources
    .map((source) => join(folder, dirname(path), source))
    .filter((source) => relative(folder, source).startsWith('..') || !existsSync(source))
    .map(
      (source) => `${path} names ${relative(folder, source)}, which is not in the package${OLD}`,
    );
}

/** A line for everything that is missing in the package in `folder`, or too much. */
export function contentProblems(folder: string): string[] {
  const files = listFiles(folder);
  const missing = NEEDED.filter((name) => !files.includes(name)).map(
    (name) => `${name} is missing`,
  );
  const unwanted = files
    .filter((path) => UNWANTED.test(path) || !isExpected(path))
    .map((path) => `${path} does not belong into the package`);
  const maps = files.filter((path) => path.endsWith('.map'));
  return [...missing, ...unwanted, ...maps.flatMap((path) => missingSources(folder, path))];
}

function isExpected(path: string): boolean {
  return NEEDED.includes(path) || FOLDERS.some((folder) => path.startsWith(folder));
}
