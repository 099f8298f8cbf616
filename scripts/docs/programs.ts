// The TypeScript of the documents as programs in a folder of its own, outside the repository, where
// packages resolve as for a user: to what was built.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeBlocks, type Document } from './markdown.ts';

export interface Program {
  /** Document and line of the first block. */
  readonly name: string;
  readonly folder: string;
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
      writeFileSync(join(place, 'main.ts'), code.join('\n'));
      for (const [file, text] of files) writeFileSync(join(place, file), text);
      return { name, folder: place };
    });
  });
  return { folder, programs };
}

/** Runs a program to its end; what it printed, or what it died of. */
export async function runProgram(node: string, { folder }: Program): Promise<string> {
  return run(node, ['main.ts'], { cwd: folder, timeout: 60_000 }).then(
    ({ stdout }) => stdout,
    (error: Error & { stderr?: string }) => `failed: ${error.stderr || error.message}`,
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
