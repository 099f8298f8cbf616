/** Draws bars, one below the other, each with its name before it and its figure behind it. */
import { createPage, createPicture, element, GRID, INK, OUR_COLORS, svgText } from './svg.ts';

export interface Bar {
  readonly name: string;
  /** Drawn strong; the others step back. */
  readonly ours: boolean;
  /** Its length; a bar of 0 is text only. */
  readonly value: number;
  readonly text: string;
}

export interface BarChart {
  readonly title: string;
  /** A logarithmic scale begins at the power of ten below all values, a linear one at 0. */
  readonly log: boolean;
  readonly bars: readonly Bar[];
}

const WIDTH = 760;
const TOP = 38;
const STEP = 23;
const THICKNESS = 16;
const LEFT = 172;
/** Room for the figure behind the longest bar. */
const RIGHT = 84;
const LENGTH = WIDTH - LEFT - RIGHT;
const PEER_COLOR = '#8a97a6';

/** The chart as the text of an SVG file. */
export function drawBars({ title, log, bars }: BarChart): string {
  const page = createPage();
  const height = TOP + bars.length * STEP + 14;
  const svg = createPicture(page, title, { width: WIDTH, height });
  const length = scaleOf(bars, log);
  const foot = TOP + bars.length * STEP - (STEP - THICKNESS) / 2;
  const rule = { x1: LEFT, x2: LEFT, y1: TOP - 4, y2: foot + 4, stroke: GRID };
  svg.append(element(page, 'line', rule));
  for (const [i, { name, ours, value, text }] of bars.entries()) {
    const y = TOP + i * STEP;
    const wide = length(value);
    const baseline = y + THICKNESS - 4;
    const weight = ours ? 600 : 400;
    const write = (x: number, anchor: string, words: string) =>
      element(
        page,
        'text',
        { ...{ x, y: baseline, fill: INK, 'text-anchor': anchor }, 'font-weight': weight },
        words,
      );
    const fill = ours ? OUR_COLORS[0] : PEER_COLOR;
    const bar = { x: LEFT, y, width: wide, height: THICKNESS, fill, rx: 2 };
    svg.append(write(LEFT - 10, 'end', name));
    if (wide > 0) svg.append(element(page, 'rect', bar));
    svg.append(write(LEFT + wide + 7, 'start', text));
  }
  return svgText(svg);
}

/** From a value to the length of its bar. */
function scaleOf(bars: readonly Bar[], log: boolean): (value: number) => number {
  const values = bars.map(({ value }) => value).filter((value) => value > 0);
  const most = Math.max(...values);
  if (!log) return (value) => (value / most) * LENGTH;
  const start = 10 ** Math.floor(Math.log10(Math.min(...values)) - 1e-9);
  return (value) => {
    return value > 0 ? (Math.log(value / start) / Math.log(most / start)) * LENGTH : 0;
  };
}
