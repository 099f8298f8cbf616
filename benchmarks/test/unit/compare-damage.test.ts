// Damaged files: what is done to them, and what is said of a process that opens one.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { damage, open } from '../../compare/truncated-part.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nigh-damage-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('damage', () => {
  test('changes a copy: cut in half, cut by a byte, one byte flipped in the middle', () => {
    const file = join(folder, 'whole');
    writeFileSync(file, Uint8Array.of(1, 2, 3, 4));
    const damaged = (cut: string) => [...readFileSync(damage(file, join(folder, cut), cut))];
    expect(damaged('half')).toEqual([1, 2]);
    expect(damaged('last byte')).toEqual([1, 2, 3]);
    expect(damaged('one byte flipped in the middle')).toEqual([1, 2, 252, 4]);
    expect([...readFileSync(file)]).toEqual([1, 2, 3, 4]);
  });

  test('of a folder takes its largest file, however deep', () => {
    const whole = join(folder, 'many');
    mkdirSync(join(whole, 'deep'), { recursive: true });
    writeFileSync(join(whole, 'small'), '12');
    writeFileSync(join(whole, 'deep', 'large'), '1234');
    const copy = damage(whole, join(folder, 'cut'), 'half');
    expect(readFileSync(join(copy, 'small'), 'utf8')).toBe('12');
    expect(readFileSync(join(copy, 'deep', 'large'), 'utf8')).toBe('12');
  });
});

/** Programs that answer the questions of an opening, each in its own way. */
const CHILDREN = {
  finds: `reply(question.kind === 'find' ? { found: [[1, 2]] } : {})`,
  throws: `reply({ failed: 'Error: the header is wrong\\nand a stack' })`,
  dies: `question.kind === 'find' ? process.kill(process.pid, 'SIGSEGV') : reply({})`,
  leaves: `process.exit(3)`,
  hangs: `for (;;);`,
} as const;

describe('an opening', () => {
  const opened = (child: keyof typeof CHILDREN, expected: number[][], seconds = 20) => {
    const program = join(folder, `${child}.mjs`);
    const answer = `const reply = (message) => process.send(message);`;
    writeFileSync(
      program,
      `${answer} process.on('message', (question) => { ${CHILDREN[child]}; }); reply({});
      process.on('disconnect', () => process.exit());`,
    );
    return open({ program, task: {}, path: join(folder, 'index'), expected, seconds });
  };

  test('says whether the answers are those of the whole file', async () => {
    expect(await opened('finds', [[1, 2]])).toEqual({
      ...{ outcome: 'loaded, right answers', detail: null },
    });
    expect(await opened('finds', [[2, 1]])).toMatchObject({ outcome: 'loaded, wrong answers' });
  });

  test('tells an error from the end of the process', async () => {
    expect(await opened('throws', [])).toEqual({
      ...{ outcome: 'error', detail: 'Error: the header is wrong' },
    });
    expect(await opened('dies', [])).toMatchObject({
      outcome: 'ended the process',
      detail: expect.stringContaining('SIGSEGV'),
    });
    expect(await opened('leaves', [])).toMatchObject({
      outcome: 'ended the process',
      detail: expect.stringContaining('3'),
    });
  });

  test('gives up on one that hangs', async () => {
    expect(await opened('hangs', [], 1)).toMatchObject({ outcome: 'hung' });
  });
});
