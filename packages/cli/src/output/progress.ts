// Shows how far long work has come: a bar on a terminal, now and then a line elsewhere.
// Both write to stderr only, so stdout stays clean for results. Core reports far more often than
// anybody can read; throttling is done here.

import type { Progress } from '@nigh/core';
import { SingleBar } from 'cli-progress';

import { describePhase, type PhaseText } from './phases.ts';
import { formatDuration, type Paint } from './render.ts';

/** Most often a plain line is written for one phase, in milliseconds. */
const LINE_INTERVAL = 2000;
/** Bar, label and numbers together fit into 80 columns. */
const BAR_LENGTH = 10;
const LABEL_LENGTH = 20;
/** Rates measured over less time than this say nothing. */
const MIN_RATE_TIME = 250;

export interface ProgressReporter {
  report(progress: Progress): void;
  /** Ends the current phase and leaves one line about it; nothing when there is none. */
  stop(): void;
}

export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

/** A phase under way, with where and when it began: its first report may come late. */
interface Phase extends Progress {
  readonly text: PhaseText;
  readonly startedAt: number;
  readonly startedWith: number;
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
    if (phase.text.leavesLine) {
      stream.write(`${paint.faint(`  ${describeEnd(phase, clock())}`)}\n`);
    }
    phase = undefined;
  };
  return {
    report(progress) {
      if (phase !== undefined && phase.phase !== progress.phase) stop();
      if (phase === undefined) {
        const text = describePhase(progress.phase);
        phase = { ...progress, text, startedAt: clock(), startedWith: progress.done };
        display.begin(phase);
      } else {
        phase = { ...phase, ...progress };
        display.update(phase);
      }
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
      return `  ${current.text.label.padEnd(LABEL_LENGTH)} ${drawn} ${numbers}`;
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
  return `${phase.text.label}: ${describeNumbers(phase, now)}`;
}

/** `45,000 of 100,000, 12,300/s, 4.5 s left` */
function describeNumbers(phase: Phase, now: number): string {
  const { done, total, text, startedAt, startedWith } = phase;
  const numbers = `${text.amount(done)} of ${text.amount(total)}`;
  const elapsed = now - startedAt;
  if (elapsed < MIN_RATE_TIME || done <= startedWith || done >= total) return numbers;
  const rate = (done - startedWith) / (elapsed / 1000);
  const left = ((total - done) / rate) * 1000;
  const time = left < 1000 ? '<1 s' : formatDuration(left);
  return `${numbers}, ${text.amount(rate)}/s, ${time} left`;
}

/** `linking neighbors    100,000 vectors in 1.2 s`: no rate, which belongs beside a recall. */
function describeEnd(phase: Phase, now: number): string {
  const { done, total, text, startedAt } = phase;
  const amount =
    done >= total ? text.amount(total) : `stopped at ${text.amount(done)} of ${text.amount(total)}`;
  const time = formatDuration(now - startedAt);
  return `${text.label.padEnd(LABEL_LENGTH)} ${amount}${text.unit} in ${time}`;
}
