// What a program of a document says it prints: `console.log(...); // 3 [ 1, 2 ]: why` claims `3 [
// 1, 2 ]`. Comments that are prose ("0 first", "cat, then kitten") claim nothing.

export interface Claim {
  /** Of the statement, from 0. */
  readonly line: number;
  readonly said: string;
}

const LITERAL = [
  ...[/-?[\d.]+/, /true|false|undefined/, /'[^']*'/, /[A-Z]+(?:_[A-Z]+)+/],
  ...[/(?:\w+Array\(\d+\) )?\[[^\]]*\]/, /\{[^}]*\}/],
].map(({ source }) => `(?:${source})`);
const LITERALS = new RegExp(`^(?:${LITERAL.join('|')})(?: (?:${LITERAL.join('|')}))*(?=$|[:;] )`);
const STATEMENT = /^\s*console\.log\(.*\);\s*\/\/ (.*)$/;

/** What the statements of a program claim to print. */
export function claimsOf(code: string): Claim[] {
  return code.split('\n').flatMap((text, line) => {
    const said = LITERALS.exec(STATEMENT.exec(text)?.[1] ?? '')?.[0];
    return said === undefined ? [] : [{ line, said }];
  });
}

/** No program prints this by itself. */
const SIGN = '\u0001';

/** The same program, which prints before what a statement logs which statement that is. */
export function signLogs(code: string): string {
  const sign = (text: string, line: number): string =>
    text.replace(/\bconsole\.log\(/, `(console.log('\\u0001${line}'), console).log(`);
  return code.split('\n').map(sign).join('\n');
}

/** The claims that a signed program did not keep: the first output of each statement counts. */
export function brokenClaims(claims: readonly Claim[], printed: string): string[] {
  const lines = new Map<number, string>();
  for (const part of printed.split(SIGN).slice(1)) {
    const end = part.indexOf('\n');
    const line = Number(part.slice(0, end));
    const text = part
      .slice(end + 1)
      .replace(/\s*\n\s*/g, ' ')
      .trim();
    if (!lines.has(line)) lines.set(line, text);
  }
  const broken = claims.filter(({ line, said }) => lines.get(line) !== said);
  return broken.map(
    ({ line, said }) => `line ${line + 1} says ${said}, and prints ${lines.get(line)}`,
  );
}
