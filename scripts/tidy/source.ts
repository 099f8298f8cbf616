// Lexes TypeScript just enough for the tidy rules: it blanks comments and the contents of strings,
// keeping every character position, so that an index into one text is an index into the others. Not
// a parser: whether a slash divides or opens a regular expression is decided by what precedes it.

/** One source file, in three texts of equal length and equal line breaks. */
export interface Source {
  /** Relative to the root of the repository, with forward slashes. */
  readonly path: string;
  /** As written. */
  readonly text: string;
  /** Without comments, and with strings, templates and regular expressions emptied. */
  readonly code: string;
  readonly imports: readonly Import[];
}

export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

/** A broken rule: where, and what to do about it. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

export function readSource(path: string, text: string): Source {
  const code = blank(text);
  return { path, text, code, imports: findImports(text, code) };
}

/** The line number, from 1, of a character position. */
export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1))
    line++;
  return line;
}

/** A finding for every match of a global pattern in the source's code (or its whole text). */
export function findAll(
  source: Source,
  pattern: RegExp,
  message: string,
  where: 'code' | 'text' = 'code',
): Finding[] {
  return [...source[where].matchAll(pattern)].map((match) => ({
    path: source.path,
    line: lineAt(source.text, match.index),
    message: `${match[0].trim()}: ${message}`,
  }));
}

const IMPORT_STATEMENT =
  /\b(?:import|export)\s+(type\s+)?(?:[\w*$\s{},]*?\bfrom\s*)?(['"])[^'"\n]*\2|\bimport\s*\(\s*(['"])[^'"\n]*\3/g;

function findImports(text: string, code: string): Import[] {
  return [...code.matchAll(IMPORT_STATEMENT)].map((match) => {
    const quote = match[2] ?? match[3] ?? "'";
    const from = match.index + match[0].indexOf(quote) + 1;
    return {
      specifier: text.slice(from, text.indexOf(quote, from)),
      typeOnly: match[1] !== undefined,
      line: lineAt(text, match.index),
    };
  });
}

const STRING = /(['"])(?:\\[\s\S]|(?!\1)[^\\\n])*\1/y;
const LINE_COMMENT = /\/\/[^\n]*/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?(?:\*\/|$)/y;
const REGULAR_EXPRESSION = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*/y;
// After one of these an operand follows, so that a slash opens a regular expression.
const BEFORE_OPERAND = /(?:^|[=([{,;:!&|?+\-*%~^<>}]|\b(?:return|typeof|case|in|of|do|else))\s*$/;

const emptied = (token: string): string => token.replace(/[^\n]/g, ' ');
const emptiedInside = (token: string): string =>
  token[0] + emptied(token.slice(1, -1)) + token[token.length - 1];

/** What `pattern` (sticky) matches at `index`, or the empty string. */
function tokenAt(pattern: RegExp, text: string, index: number): string {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0] ?? '';
}

function blank(text: string): string {
  let out = '';
  // The depth of braces at which each open template literal continues.
  const templates: number[] = [];
  let depth = 0;
  while (out.length < text.length) {
    const index = out.length;
    const comment = tokenAt(LINE_COMMENT, text, index) || tokenAt(BLOCK_COMMENT, text, index);
    const literal = comment === '' ? literalAt(text, out) : '';
    const character = text.charAt(index);
    if (comment !== '') out += emptied(comment);
    else if (literal !== '') out += emptiedInside(literal);
    else if (character === '`' || (character === '}' && templates.at(-1) === depth)) {
      if (character === '}') templates.pop();
      const inside = tokenAt(TEMPLATE_TEXT, text, index + 1);
      out += character + emptied(inside);
      const opensExpression = text.startsWith('${', out.length);
      out += text.slice(out.length, out.length + (opensExpression ? 2 : 1));
      if (opensExpression) templates.push(depth);
    } else {
      if (character === '{') depth++;
      else if (character === '}') depth--;
      out += character;
    }
  }
  return out;
}

/** The string or regular expression that begins after what was read so far. */
function literalAt(text: string, before: string): string {
  const string = tokenAt(STRING, text, before.length);
  if (string !== '' || text.charAt(before.length) !== '/') return string;
  const line = before.slice(-40);
  return BEFORE_OPERAND.test(line) ? tokenAt(REGULAR_EXPRESSION, text, before.length) : '';
}
