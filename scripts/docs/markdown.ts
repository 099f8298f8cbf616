// Reads the documents: headings, links, code blocks, tables. Not a Markdown parser: it knows the
// forms these documents use, and fences hide what is inside them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Document {
  /** Relative to the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** As written, with the contents of code fences emptied. */
  readonly prose: string;
}

/** A fenced block. */
export interface Block {
  readonly path: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  /** The words after the language. */
  readonly marks: readonly string[];
  /** Why nobody runs it: what stands behind `not run:`. */
  readonly notRun?: string;
  readonly code: string;
}

export interface Row {
  readonly header: readonly string[];
  readonly cells: readonly string[];
}

const FENCE = /^```([^\n]*)\n([\s\S]*?)^```$/gm;

function listMarkdown(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : listMarkdown(root, path);
    return path.endsWith('.md') ? [path] : [];
  });
}

export function readDocument(path: string, text: string): Document {
  const prose = text.replace(FENCE, (block) => block.replace(/[^\n]/g, ' '));
  return { path, text, prose };
}

/** Made of the sources: what is in code fences there are signatures. */
export const isGenerated = ({ path }: Document): boolean => path.startsWith('docs/api/');

/** What stands at the root, everything in docs, and what each package says of itself. */
export function readDocuments(root: string): Document[] {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`);
  const paths = [
    ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'benchmarks/README.md'],
    ...packages.filter((path) => existsSync(join(root, path))),
    ...listMarkdown(root, 'docs').sort(),
  ];
  return paths.map((path) => readDocument(path, readFileSync(join(root, path), 'utf8')));
}

export function codeBlocks({ path, text }: Document): Block[] {
  return [...text.matchAll(FENCE)].map((match) => {
    const [info = '', notRun] = (match[1] ?? '').split(/ not run: ?/);
    const [language = '', ...marks] = info.split(' ');
    const line = text.slice(0, match.index).split('\n').length;
    const block = { path, line, language, marks, code: match[2] ?? '' };
    return notRun === undefined ? block : { ...block, notRun };
  });
}

/** Texts of the headings of `depth`, or of all. */
export function headings({ prose }: Document, depth = '#{1,6}'): string[] {
  return [...prose.matchAll(new RegExp(`^${depth} (.+)$`, 'gm'))].map((match) => match[1] ?? '');
}

/** What a link after # may name, as the usual hosts have it: what is there twice is numbered. */
export function anchors(document: Document): string[] {
  const times = new Map<string, number>();
  const named = [...document.prose.matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id = '']) => id);
  const numbered = headings(document).map((heading) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-');
    const before = times.get(anchor) ?? 0;
    times.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
  return [...named, ...numbered];
}

/** Targets of links that stay in the repository. */
export function links({ prose }: Document): string[] {
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function cellsOf(line: string): string[] {
  const cells = line.slice(1, line.lastIndexOf('|')).split(/(?<!\\)\|/);
  return cells.map((cell) => cell.trim());
}

/** The rows of all tables whose header begins with these titles. */
export function tableRows({ prose }: Document, ...titles: readonly string[]): Row[] {
  const rows: Row[] = [];
  let header: string[] = [];
  for (const line of prose.split('\n')) {
    if (!line.startsWith('|')) header = [];
    else if (header.length === 0) header = cellsOf(line);
    else if (!line.startsWith('|---') && titles.every((title, i) => header[i] === title)) {
      rows.push({ header, cells: cellsOf(line) });
    }
  }
  return rows;
}

/** `4,096` as a number; NaN for anything else. */
export function numberIn(text: string): number {
  return /^[\d,.]+$/.test(text) ? Number(text.replaceAll(',', '')) : Number.NaN;
}
