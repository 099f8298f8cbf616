// Rules about the text of a single file: its size, its opening comment, words that must not stay.
import { isTest } from './imports.ts';
import { type Finding, findAll, type Source } from './source.ts';

const MAX_LINES = 500;
const MAX_COLUMNS = 100;

/** Files end at 500 lines; a file of 300 is already asked whether it has one job. */
export function fileLength({ path, text }: Source): Finding[] {
  const lines = text.trimEnd().split('\n').length;
  if (lines <= MAX_LINES) return [];
  return [{ path, line: lines, message: `${lines} lines, at most ${MAX_LINES}: split the file` }];
}

/** Lines end at 100 columns, comments and strings included, which the formatter leaves alone. */
export function lineLength({ path, text }: Source): Finding[] {
  return text.split('\n').flatMap((content, index) => {
    // A link cannot be broken.
    if (content.length <= MAX_COLUMNS || /https?:\/\/\S+$/.test(content)) return [];
    const message = `${content.length} columns, at most ${MAX_COLUMNS}`;
    return [{ path, line: index + 1, message }];
  });
}

/** The first thing in a file says what lives there; tests are named after what they test. */
export function openingComment({ path, text }: Source): Finding[] {
  if (path.endsWith('.test.ts')) return [];
  const opening = text.replace(/^#![^\n]*\n/, '').trimStart();
  if (/^(\/\/ ?\S|\/\*)/.test(opening)) return [];
  return [{ path, line: 1, message: 'begin with a comment: what lives here, and the trap' }];
}

/** Leftovers, and doors out of the type system. */
export function bannedWords(source: Source): Finding[] {
  // The AssemblyScript twins are not TypeScript: tsc never reads them, an editor must not either.
  const isTwin = source.path.startsWith('packages/core/assembly/');
  const typeEscape = isTwin ? /@ts-ignore\b/g : /@ts-(?:ignore|nocheck)\b/g;
  const findings = [
    ...findAll(source, /\b(?:TODO|FIXME)\b/g, 'finish it or leave it out', 'text'),
    ...findAll(source, typeEscape, 'fix the type', 'text'),
    ...findAll(source, /\.(?:only|skip)\s*\(/g, 'every test runs'),
    ...findAll(source, /\bas\s+any\b|(?<=[\w)\]?]\s*):\s*any\b|<any\b/g, 'name the type'),
  ];
  // The thread that made an index must stay responsive, and in a browser it may not wait at all.
  const mayWait = isTest(source.path) || /(?:^|[/-])worker\.ts$/.test(source.path);
  const message = 'only a worker file may block its thread';
  return mayWait ? findings : [...findings, ...findAll(source, /\bAtomics\.wait\s*\(/g, message)];
}
