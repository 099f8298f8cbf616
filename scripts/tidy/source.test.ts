// The lexer below all tidy rules: what is code, what is not, and that positions never move.
import { describe, expect, test } from 'vitest';
import { workspaceSources } from './files.ts';
import { readSource } from './source.ts';

const codeOf = (text: string): string => readSource('packages/core/src/a.ts', text).code;

describe('the lexer', () => {
  test.for([
    ['a // b\nc', 'a     \nc'],
    ['a /* b\n */ c', 'a     \n    c'],
    ["a = 'b\\'c' + \"d\"", 'a = \'    \' + " "'],
    ['a = `b ${c + `d ${e}`} f`', 'a = `  ${c + `  ${e}`}  `'],
    ['a = `b ${{ c: 1 }.c} d`; e', 'a = `  ${{ c: 1 }.c}  `; e'],
    ['a = /[\'"`/]/g; b', 'a = /       g; b'],
    ['a = b / c; d = e / f', 'a = b / c; d = e / f'],
    ["a = '// b'; c", "a = '    '; c"],
  ])('reads %j', ([text = '', code]) => {
    expect(codeOf(text)).toBe(code);
  });

  test('keeps every position and line break of the sources', () => {
    const root = new URL('../..', import.meta.url).pathname;
    const moved = workspaceSources(root).filter(
      ({ text, code }) =>
        text.length !== code.length || text.split('\n').length !== code.split('\n').length,
    );
    expect(moved).toEqual([]);
  });

  test('finds imports of every form, with what they name', () => {
    const text = [
      "import a from 'a';",
      "import type { B } from 'b';",
      "import { type C } from 'c';",
      "export * from 'd';",
      "import 'e';",
      "const f = await import('f');",
      'const g = "import \'g\'";',
      "// import 'h';",
    ].join('\n');
    const { imports } = readSource('packages/core/src/a.ts', text);
    const listed = imports.map(({ specifier, typeOnly, line }) => [specifier, typeOnly, line]);
    expect(listed).toEqual([
      ['a', false, 1],
      ['b', true, 2],
      ['c', false, 3],
      ['d', false, 4],
      ['e', false, 5],
      ['f', false, 6],
    ]);
  });
});
