// Holds what the documents show against what happens: their TypeScript runs, type-checks and prints
// what it says, their commands exist, their links lead somewhere. Code blocks run against the built
// packages: build first. Marks after ```ts: `continues` appends a block to the one before,
// `file=NAME` puts it beside the programs of its document. A block that nobody runs says why after
// `not run:`.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { brokenClaims, claimsOf } from './docs/claims.ts';
import { commandProblem, words } from './docs/commands.ts';
import {
  anchors,
  type Block,
  codeBlocks,
  type Document,
  headings,
  links,
  readDocument,
} from './docs/markdown.ts';
import { checkTypes, problemsOf, runCommands, writePrograms } from './docs/programs.ts';
import { documentAt, documents, node, root, written } from './docs/repository.ts';

const LONG = { timeout: 60_000 };
const PATIENT = { timeout: 120_000 };

/** A command of the program; its bare demo takes a hundred thousand vectors, which is long. */
const isNigh = (line: string): boolean => line.startsWith('nigh ') && line !== 'nigh demo';

describe.concurrent('the code of the documents', () => {
  const { folder, programs } = writePrograms(root, written);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('has its types right', LONG, async () => {
    expect(await checkTypes(node, root, folder)).toBe('');
  });

  test.for(programs)('$name runs, and prints what it says', LONG, async (program, context) => {
    context.expect(await problemsOf(node, program)).toEqual([]);
  });

  test('makes claims that can be broken', () => {
    expect(programs.flatMap(({ claims }) => claims).length).toBeGreaterThan(70);
    const claims = claimsOf("console.log(a); // 2 [ 'b' ]: so\nconsole.log(c); // 3 first\n");
    expect(claims).toEqual([{ line: 0, said: "2 [ 'b' ]" }]);
    expect(brokenClaims(claims, "\u00010\n2 [ 'b' ]\n")).toEqual([]);
    expect(brokenClaims(claims, "\u00010\n2 [ 'c' ]\n")).toHaveLength(1);
    expect(brokenClaims(claims, '')).toHaveLength(1);
  });
});

test('every block is run, shows what is no code, or says why not', () => {
  const isRead = ({ language, notRun }: Block): boolean =>
    notRun === undefined ? ['ts', 'sh', 'text', 'md'].includes(language) : notRun.length > 10;
  const blocks = written.flatMap((document) => codeBlocks(document));
  const silent = blocks.filter((block) => !isRead(block));
  expect(silent.map(({ path, line }) => `${path}:${line}`)).toEqual([]);
  // A fence that is indented or made of other signs would not be seen at all.
  const unseen = written.filter(({ prose }) => /^[ \t>]+```|^[ \t]*~~~/m.test(prose));
  expect(unseen.map(({ path }) => path)).toEqual([]);
});

/** The lines of the shell blocks of a document. */
function commandsOf(document: Document): string[] {
  return codeBlocks(document)
    .filter(({ language, notRun }) => language === 'sh' && notRun === undefined)
    .flatMap(({ code }) => code.trim().split('\n'));
}

describe('the commands of the documents', () => {
  const lines = written.flatMap(commandsOf);
  const withNigh = written.filter((document) => commandsOf(document).some(isNigh));

  test.for(lines)('%s', async (line) => {
    expect(await commandProblem(root, line)).toBeUndefined();
  });

  // With the files there that they name, from the first to the last.
  test.for(withNigh)('of $path do what they should', PATIENT, async (document) => {
    const commands = commandsOf(document).filter(isNigh);
    const outcomes = await runCommands(
      node,
      root,
      commands.map((line) => words(line).slice(1)),
    );
    expect(outcomes).toHaveLength(commands.length);
    expect(outcomes.filter(({ code }) => code !== 0)).toEqual([]);
  });

  test('in running text are scripts', async () => {
    const inline = documents.flatMap(({ prose }) =>
      [...prose.matchAll(/`((?:npm|npx -y pnpm@12) [^`]+)`/g)].map((match) => match[1] ?? ''),
    );
    const problems = await Promise.all(inline.map((line) => commandProblem(root, line)));
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  test('are refused when the program does not know them', async () => {
    const wrong = ['nigh build a.npy', 'nigh search a.nigh --vector 1 --deep', 'npm run nothing'];
    wrong.push('npx -y pnpm@12 --filter @nigh/core run nothing', '(cd nowhere && npm install)');
    const problems = await Promise.all(wrong.map((line) => commandProblem(root, line)));
    expect(problems.every((problem) => problem !== undefined)).toBe(true);
  });
});

describe.for(documents)('$path', (document) => {
  test('has one h1, on its first line', () => {
    expect(headings(document, '#')).toHaveLength(1);
    expect(document.text).toMatch(/^# /);
  });

  test('has links that lead somewhere', () => {
    const broken = links(document).filter((link) => {
      const [file = '', anchor] = link.split('#');
      const path = file === '' ? document.path : posix.join(dirname(document.path), file);
      if (!existsSync(join(root, path))) return true;
      if (anchor === undefined) return false;
      if (statSync(join(root, path)).isDirectory()) return true;
      const text = readFileSync(join(root, path), 'utf8');
      return !anchors(readDocument(path, text)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

test('every document is linked from another one', () => {
  const linked = documents.flatMap((document) =>
    links(document).map((link) => {
      const target = posix.join(dirname(document.path), link.split('#')[0] ?? '');
      return target === document.path ? '' : target;
    }),
  );
  const reached = (path: string) =>
    linked.some((target) => target === path || (target !== '.' && target === dirname(path)));
  const lost = documents.filter(({ path }) => path !== 'README.md' && !reached(path));
  expect(lost.map(({ path }) => path)).toEqual([]);
});

test('the example of films answers its questions', LONG, async () => {
  const program = join(root, 'docs/examples/films/main.ts');
  const { stdout } = await promisify(execFile)(node, [program, 'invented']);
  const [shown] = codeBlocks(documentAt('docs/examples/films/README.md')).filter(
    ({ language }) => language === 'text',
  );
  for (const line of shown?.code.trim().split('\n') ?? []) expect(stdout).toContain(`${line}\n`);
  const [first = '', ...answers] = stdout.trim().split('\n\n');
  expect(first).toBe('400 invented films');
  const [byText = [], byExample = [], both = []] = answers.map((answer) => answer.split('\n'));
  expect([byText[0], byExample[0], both[0]].join('\n')).toMatch(
    /^About "a detective hunts a thief"\nMore like "The .+"\nBoth at once, .+ since 1960$/,
  );
  for (const lines of [byText, byExample, both]) expect(lines).toHaveLength(6);
  expect(byText[1]).toMatch(/detective/);
  expect(byText[1]).toMatch(/thief/);
  const asked = /"(.+)"/.exec(byExample[0] ?? '')?.[1] ?? '';
  expect(byText[1]).toContain(asked);
  for (const line of both.slice(1)) {
    const [, year, genre] = /\((\d+)\) (.+)$/.exec(line) ?? [];
    expect(Number(year)).toBeGreaterThanOrEqual(1960);
    expect(['Comedy', 'Romance']).toContain(genre);
  }
});
