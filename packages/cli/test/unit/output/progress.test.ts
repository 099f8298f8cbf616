// Progress as lines (no terminal) and as a bar (terminal), with a clock the test moves by hand.
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';

import { createProgress } from '../../../src/output/progress.ts';
import { paintFor } from '../../../src/output/render.ts';

const plain = paintFor({});

/** Collects what is written; `isTTY` as a terminal has it. */
class Collector extends Writable {
  readonly isTTY: boolean;
  text = '';

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  get lines(): string[] {
    return this.text.split('\n').filter((line) => line !== '');
  }
}

function start(isTTY = false) {
  const stream = new Collector(isTTY);
  let now = 0;
  const progress = createProgress(stream, plain, () => now);
  const at = (time: number, phase: string, done: number, total = 100) => {
    now = time;
    progress.report({ phase, done, total });
  };
  return { stream, progress, at };
}

test('a phase that ends soon leaves one line, with its amount and time', () => {
  const { stream, progress, at } = start();
  at(0, 'encoding', 0);
  at(500, 'encoding', 100);
  progress.stop();
  expect(stream.lines).toHaveLength(1);
  expect(stream.lines[0]).toMatch(/encoding +100 in 500 ms$/);
});

test('a long phase writes at most a line every two seconds, with rate and time left', () => {
  const { stream, at } = start();
  for (let time = 0; time <= 6000; time += 10) at(time, 'linking', time / 100);
  expect(stream.lines).toHaveLength(3);
  expect(stream.lines[0]).toBe('  linking: 20 of 100, 10/s, 8.0 s left');
});

test('a new phase closes the one before it', () => {
  const { stream, at } = start();
  at(0, 'reading', 0);
  at(10, 'reading', 100);
  at(20, 'linking', 0);
  expect(stream.lines).toHaveLength(1);
  expect(stream.lines[0]).toContain('reading');
});

test('a phase that was stopped says how far it came', () => {
  const { stream, progress, at } = start();
  at(0, 'linking', 0);
  at(10, 'linking', 30);
  progress.stop();
  expect(stream.text).toContain('stopped at 30 of 100');
});

test('stopping without a phase, or twice, writes nothing more', () => {
  const { stream, progress, at } = start();
  progress.stop();
  expect(stream.text).toBe('');
  at(0, 'reading', 100);
  progress.stop();
  progress.stop();
  expect(stream.lines).toHaveLength(1);
});

test('the last moments are not given in milliseconds', () => {
  const { stream, at } = start();
  at(0, 'linking', 0);
  at(3000, 'linking', 99);
  expect(stream.lines[0]).toContain('<1 s left');
});

test('a terminal gets a bar, then the closing line in its place and its cursor back', () => {
  const { stream, progress, at } = start(true);
  at(0, 'linking', 0);
  at(1000, 'linking', 50);
  expect(stream.text).toMatch(/linking .*░/);
  progress.stop();
  expect(stream.text).toContain('stopped at 50 of 100');
  expect(stream.text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stream.text.lastIndexOf('░'));
});

test('amounts of zero give no rates that are not numbers', () => {
  const { stream, progress, at } = start();
  at(0, 'reading', 0, 0);
  at(5000, 'reading', 0, 0);
  progress.stop();
  expect(stream.text).not.toMatch(/NaN|Infinity/);
});

test('phases of core are shown in words, with what they count', () => {
  const { stream, progress, at } = start();
  at(0, 'link', 0);
  at(2000, 'link', 40);
  at(4000, 'link', 100);
  progress.stop();
  expect(stream.lines).toEqual([
    '  linking neighbors: 40 of 100, 20/s, 3.0 s left',
    '  linking neighbors    100 vectors in 4.0 s',
  ]);
});

test('a phase the command reports on itself leaves no line', () => {
  const { stream, progress, at } = start();
  at(0, 'efSearch 10', 0);
  at(20, 'efSearch 10', 90);
  at(30, 'save', 0, 2 ** 20);
  at(3000, 'save', 2 ** 19, 2 ** 20);
  progress.stop();
  expect(stream.lines).toEqual([
    '  writing the file: 512.0 KiB of 1.0 MiB, 172.4 KiB/s, 3.0 s left',
  ]);
});

test('the rate counts from the first report, and not from a moment after it', () => {
  const { stream, at } = start(true);
  at(0, 'linking', 64);
  at(1, 'linking', 65);
  expect(stream.text).not.toContain('/s');
});

test('the bar fits into 80 columns', () => {
  const { stream, progress, at } = start(true);
  at(0, 'link', 0, 1_000_000);
  at(90_000, 'link', 500_000, 1_000_000);
  progress.stop();
  const drawings = stream.text.split('\u001b[1G').map(stripVTControlCharacters);
  expect(drawings.join()).toContain('5,556/s, 1 min 30 s left');
  expect(Math.max(...drawings.map(({ length }) => length))).toBeLessThanOrEqual(80);
});
