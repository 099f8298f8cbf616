// The TypeScript of the documents as programs in a folder of its own, outside the repository, where
// packages resolve as for a user: to what was built.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { brokenClaims, type Claim, claimsOf, signLogs } from './claims.ts';
import { codeBlocks, type Document } from './markdown.ts';

export interface Program {
  /** Document and line of the first block. */
  readonly name: string;
  readonly folder: string;
  /** What it says that it prints. */
  readonly claims: readonly Claim[];
}

interface Draft {
  readonly name: string;
  readonly code: string[];
}

const run = promisify(execFile);

/** The programs of a document, and the files its blocks ask for. */
function draft(document: Document): { programs: Draft[]; files: Map<string, string> } {
  const programs: Draft[] = [];
  const files = new Map<string, string>();
  for (const { path, line, language, marks, code, notRun } of codeBlocks(document)) {
    if (language !== 'ts' || notRun !== undefined) continue;
    const file = marks.find((mark) => mark.startsWith('file='));
    if (file !== undefined) files.set(file.slice('file='.length), code);
    else if (!marks.includes('continues')) programs.push({ name: `${path}:${line}`, code: [code] });
    else programs.at(-1)?.code.push(code);
  }
  return { programs, files };
}

/** The blocks are checked, not the declarations of the packages they import. */
const TYPES = {
  compilerOptions: {
    ...{ noEmit: true, strict: true, target: 'es2024', module: 'nodenext', types: ['node'] },
    ...{ verbatimModuleSyntax: true, erasableSyntaxOnly: true, allowImportingTsExtensions: true },
  },
  exclude: ['**/signed.ts'],
};

/** Writes every program of the documents; `folder` is to be removed afterwards. */
export function writePrograms(
  root: string,
  documents: readonly Document[],
): { folder: string; programs: Program[] } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nigh-docs-')));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TYPES));
  const programs = documents.flatMap((document) => {
    const { programs: drafts, files } = draft(document);
    return drafts.map(({ name, code }) => {
      const place = join(folder, name.replace(/[^\w.]+/g, '-'));
      mkdirSync(place);
      const text = code.join('\n');
      writeFileSync(join(place, 'main.ts'), text);
      writeFileSync(join(place, 'signed.ts'), signLogs(text));
      for (const [file, text] of files) writeFileSync(join(place, file), text);
      return { name, folder: place, claims: claimsOf(text) };
    });
  });
  return { folder, programs };
}

/** Runs a program to its end: what it died of, or which claims it did not keep. */
export async function problemsOf(node: string, { folder, claims }: Program): Promise<string[]> {
  return run(node, ['signed.ts'], { cwd: folder, timeout: 60_000 }).then(
    ({ stdout }) => brokenClaims(claims, stdout),
    (error: Error & { stderr?: string }) => [error.stderr || error.message],
  );
}

/** What the type checker says about all programs; empty when they are right. */
export async function checkTypes(node: string, root: string, folder: string): Promise<string> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  return run(node, [compiler, '-p', folder]).then(
    ({ stdout }) => stdout,
    (error: Error & { stdout?: string }) => error.stdout || error.message,
  );
}

/** A command that was run: its words, how it ended, and what it said. */
export interface Outcome {
  readonly words: readonly string[];
  readonly code: number;
  readonly said: string;
}

/** Runs `nigh` commands one after another where the files are that documents speak of. */
export async function runCommands(
  node: string,
  root: string,
  commands: readonly (readonly string[])[],
): Promise<Outcome[]> {
  const cwd = mkdtempSync(join(tmpdir(), 'nigh-commands-'));
  const program = join(root, 'scripts/docs/run-commands.ts');
  const child = spawn(node, [program, root], { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    child.stdin.end(JSON.stringify(commands));
    const printed = await text(child.stdout);
    return printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Outcome);
  } finally {
    child.kill();
    rmSync(cwd, { recursive: true, force: true });
  }
}
