// Shows how far long work has come: a bar on a terminal, now and then a line elsewhere.
// Both write to stderr only, so stdout stays clean for results. Core reports far more often than
// anybody can read; throttling is done here.

import type { Progress } from '@nigh/core';
import { SingleBar } from 'cli-progress';

import { formatCount, formatDuration, formatRate, type Paint } from './render.ts';

/** Most often a plain line is written for one phase, in milliseconds. */
const LINE_INTERVAL = 2000;
const BAR_LENGTH = 28;
const PHASE_LENGTH = 20;

export interface ProgressReporter {
  report(progress: Progress): void;
  /** Ends the current phase and leaves one line about it; nothing when there is none. */
  stop(): void;
}

export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

/** A phase under way, with the clock that gives its rate. */
interface Phase extends Progress {
  readonly startedAt: number;
}

/** How one kind of output shows a phase. */
interface Display {
  begin(phase: Phase): void;
  update(phase: Phase): void;
  /** Removes what is not to stay on screen before the closing line is written. */
  end(): void;
}

/** Now, in milliseconds; tests give their own. */
export type Clock = () => number;

export function createProgress(
  stream: ProgressStream,
  paint: Paint,
  clock: Clock = () => performance.now(),
): ProgressReporter {
  const display =
    stream.isTTY === true ? barDisplay(stream, paint, clock) : lineDisplay(stream, clock);
  let phase: Phase | undefined;
  const stop = (): void => {
    if (phase === undefined) return;
    display.end();
    stream.write(`${paint.faint(`  ${describeEnd(phase, clock())}`)}\n`);
    phase = undefined;
  };
  return {
    report(progress) {
      if (phase !== undefined && phase.phase !== progress.phase) stop();
      const isNew = phase === undefined;
      phase = { ...progress, startedAt: phase?.startedAt ?? clock() };
      if (isNew) display.begin(phase);
      else display.update(phase);
    },
    stop,
  };
}

function lineDisplay(stream: ProgressStream, clock: Clock): Display {
  let writtenAt = 0;
  return {
    begin() {
      writtenAt = clock();
    },
    update(phase) {
      if (clock() - writtenAt < LINE_INTERVAL || phase.done >= phase.total) return;
      writtenAt = clock();
      stream.write(`  ${describeUnderWay(phase, writtenAt)}\n`);
    },
    end() {},
  };
}

function barDisplay(stream: ProgressStream, paint: Paint, clock: Clock): Display {
  let current: Phase;
  const bar = new SingleBar({
    stream,
    clearOnComplete: true,
    hideCursor: true,
    fps: 10,
    format: (_options, { progress }) => {
      const filled = Math.round(Math.min(1, Math.max(0, progress)) * BAR_LENGTH);
      const drawn = '█'.repeat(filled) + paint.faint('░'.repeat(BAR_LENGTH - filled));
      const numbers = describeNumbers(current, clock());
      return `  ${current.phase.padEnd(PHASE_LENGTH)} ${drawn} ${numbers}`;
    },
  });
  return {
    begin(phase) {
      current = phase;
      bar.start(phase.total, phase.done);
    },
    update(phase) {
      if (phase.total !== current.total) bar.setTotal(phase.total);
      current = phase;
      bar.update(phase.done);
    },
    end: () => bar.stop(),
  };
}

function describeUnderWay(phase: Phase, now: number): string {
  return `${phase.phase}: ${describeNumbers(phase, now)}`;
}

/** `45,000 of 100,000, 45 %, 12,300/s, 4.5 s left` */
function describeNumbers(phase: Phase, now: number): string {
  const { done, total } = phase;
  const seconds = (now - phase.startedAt) / 1000;
  const share = total > 0 ? Math.floor((done / total) * 100) : 100;
  const numbers = `${formatCount(done)} of ${formatCount(total)}, ${share} %`;
  if (seconds <= 0 || done <= 0 || done >= total) return numbers;
  const rate = done / seconds;
  const left = ((total - done) / rate) * 1000;
  const time = left < 1000 ? 'under 1 s' : formatDuration(left);
  return `${numbers}, ${formatRate(rate)}/s, ${time} left`;
}

/** `encoding             100,000 in 1.2 s (83,000/s)` */
function describeEnd(phase: Phase, now: number): string {
  const milliseconds = now - phase.startedAt;
  const amount =
    phase.done >= phase.total
      ? formatCount(phase.total)
      : `stopped at ${formatCount(phase.done)} of ${formatCount(phase.total)}`;
  const rate = milliseconds >= 1 ? ` (${formatRate(phase.done / (milliseconds / 1000))}/s)` : '';
  return `${phase.phase.padEnd(PHASE_LENGTH)} ${amount} in ${formatDuration(milliseconds)}${rate}`;
}
