// Progress as lines (no terminal) and as a bar (terminal), with a clock the test moves by hand.
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';

import { createProgress } from '../../src/progress.ts';
import { paintFor } from '../../src/render.ts';

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

test('a phase that ends soon leaves one line, with its amount, time and rate', () => {
  const { stream, progress, at } = start();
  at(0, 'encoding', 0);
  at(500, 'encoding', 100);
  progress.stop();
  expect(stream.lines).toHaveLength(1);
  expect(stream.lines[0]).toMatch(/encoding +100 in 500\.0 ms \(200\/s\)/);
});

test('a long phase writes at most a line every two seconds, with rate and time left', () => {
  const { stream, at } = start();
  for (let time = 0; time <= 6000; time += 10) at(time, 'linking', time / 100);
  expect(stream.lines).toHaveLength(3);
  expect(stream.lines[0]).toBe('  linking: 20 of 100, 20 %, 10/s, 8.0 s left');
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
  expect(stream.lines[0]).toContain('under 1 s left');
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
