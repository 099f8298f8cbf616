/** Draws the lines of the documents with Observable Plot; the same rows give the same bytes. */
import * as Plot from '@observablehq/plot';
import { plain } from './markdown.ts';
import {
  BACKGROUND,
  createPage,
  createPicture,
  dress,
  element,
  FAMILY_COLORS,
  FONT,
  GRID,
  INK,
  OUR_COLORS,
  STRANGER_COLORS,
  svgText,
} from './svg.ts';

/** One line of a plot. */
export interface Line {
  readonly name: string;
  /** Drawn strong; the others step back. */
  readonly ours: boolean;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Axis {
  readonly label: string;
  /** Where ticks stand, and what is written there. */
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

export interface Drawing {
  readonly title: string;
  /** Its axis is as long as its ticks, logarithmic unless `linearX`; the vertical one always is. */
  readonly x: Axis;
  readonly y: Omit<Axis, 'ticks'>;
  readonly linearX?: boolean;
  readonly lines: readonly Line[];
}

/** Several plots beside one another, with the same lines in each. */
export interface Panels {
  readonly title: string;
  readonly x: string;
  /** The smallest and largest value of the vertical axis, which is linear. */
  readonly domain: readonly [number, number];
  readonly panels: readonly { readonly title: string; readonly lines: readonly Line[] }[];
}

interface Stroke {
  readonly stroke: string;
  readonly strokeWidth: number;
  readonly strokeDasharray: string;
}

const SIZE = { width: 760, height: 430 };
const MARGINS = { marginTop: 64, marginRight: 164, marginBottom: 48, marginLeft: 62 };
const LONE_POINT = { ours: 6, peer: 4.5 };
const MIN_TICKS = 3;
const DASHES = ['', '6 3', '2 3'];
const LEGEND = { top: 78, step: 20, left: SIZE.width - MARGINS.marginRight + 14, swatch: 22 };
const START = { fill: INK, 'text-anchor': 'start' };

/** The plot as the text of an SVG file. */
export function draw(drawing: Drawing): string {
  const page = createPage();
  const strokes = strokesOf(drawing.lines);
  const svg = plotLines(page, drawing, strokes);
  dress(page, svg, { title: drawing.title, ...SIZE });
  const place = { ...START, x: 14, y: MARGINS.marginTop - 14 };
  svg.append(element(page, 'text', place, drawing.y.label));
  // Where there are points only, each has its name beside it.
  if (!drawing.lines.every(isLone)) svg.append(...legend(page, drawing.lines, strokes));
  return svgText(svg);
}

const PANEL = { width: 340, height: 200, marginTop: 30, marginRight: 14, marginLeft: 52 };
const PANELS_TOP = 30;
const PANELS_ACROSS = 2;

/** Panels in rows of two, the names of the lines on the right, as the text of an SVG file. */
export function drawPanels({ title, x, domain, panels }: Panels): string {
  const page = createPage();
  const lines = panels[0]?.lines ?? [];
  const strokes = strokesOf(lines);
  const svg = createPicture(page, title, {
    width: PANELS_ACROSS * PANEL.width + MARGINS.marginRight,
    height: PANELS_TOP + Math.ceil(panels.length / PANELS_ACROSS) * PANEL.height,
  });
  for (const [i, panel] of panels.entries()) {
    const left = (i % PANELS_ACROSS) * PANEL.width;
    const top = PANELS_TOP + Math.floor(i / PANELS_ACROSS) * PANEL.height;
    const plot = plotPanel(page, panel.lines, { strokes, x, domain });
    const group = element(page, 'g', { transform: `translate(${left},${top})` });
    group.append(
      element(page, 'text', { ...START, x: PANEL.marginLeft, y: 20 }, panel.title),
      plot,
    );
    svg.append(group);
  }
  const place = `translate(${PANELS_ACROSS * PANEL.width - LEGEND.left + 14},0)`;
  const names = element(page, 'g', { transform: place });
  names.append(...legend(page, lines, strokes));
  svg.append(names);
  return svgText(svg);
}

function plotPanel(
  document: Document,
  lines: readonly Line[],
  axes: { strokes: readonly Stroke[]; x: string; domain: readonly [number, number] },
): Element {
  return Plot.plot({
    document,
    ...PANEL,
    style: { background: BACKGROUND, color: INK, fontFamily: FONT, fontSize: '11px' },
    x: { label: axes.x, labelArrow: 'none', labelAnchor: 'center', ticks: 5, grid: true },
    y: { label: null, domain: [...axes.domain], ticks: 5, grid: true },
    marks: [
      Plot.frame({ stroke: GRID }),
      ...lines.map(({ points }, i) => {
        return Plot.line(points, { x: 'x', y: 'y', clip: true, ...(axes.strokes[i] as Stroke) });
      }),
    ],
  });
}

function plotLines(
  document: Document,
  { x, linearX = false, lines }: Drawing,
  strokes: readonly Stroke[],
): Element {
  // A logarithmic scale of the library writes at some ticks only, whatever it is told to write.
  const placeOf = linearX ? (at: number) => at : Math.log10;
  const ticks = x.ticks.map(({ at }) => placeOf(at));
  const heights = lines.flatMap(({ points }) => points.map(({ y }) => Math.log10(y)));
  const scattered = lines.every(isLone);
  const texts = new Map(x.ticks.map(({ at, text }) => [placeOf(at), text]));
  return Plot.plot({
    document,
    ...SIZE,
    ...MARGINS,
    ...{ insetTop: 8, insetBottom: 8 },
    style: { background: BACKGROUND, color: INK, fontFamily: FONT, fontSize: '12px' },
    x: {
      domain: [Math.min(...ticks), Math.max(...ticks)],
      ticks,
      tickFormat: (at: number) => texts.get(at) ?? '',
      label: x.label,
      labelArrow: 'none',
      labelAnchor: 'center',
      grid: true,
    },
    y: { domain: [Math.min(...heights), Math.max(...heights)], ...logTicks(heights) },
    marks: [
      Plot.frame({ stroke: GRID }),
      ...lines.flatMap((line, i) => {
        const style = strokes[i] as Stroke;
        const points = line.points.map((at) => ({ x: placeOf(at.x), y: Math.log10(at.y) }));
        const place = { x: 'x', y: 'y' };
        const dots = Plot.dot(points, { ...place, r: radiusOf(line, style), fill: style.stroke });
        if (!scattered) return [Plot.line(points, { ...place, ...style }), dots];
        const weight = line.ours ? 600 : 400;
        const name = {
          text: [line.name],
          dx: 10,
          textAnchor: 'start',
          fontWeight: weight,
        } as const;
        return [dots, Plot.text(points, { ...place, ...name })];
      }),
    ],
  });
}

/** One point alone has to be seen without a line that leads to it. */
function radiusOf(line: Line, { strokeWidth }: Stroke): number {
  if (!isLone(line)) return strokeWidth;
  return line.ours ? LONE_POINT.ours : LONE_POINT.peer;
}

function isLone({ points }: Line): boolean {
  return points.length === 1;
}

/** A stroke and a name for every line, in their order. */
function legend(document: Document, lines: readonly Line[], strokes: readonly Stroke[]): Element[] {
  return lines.flatMap((line, i) => {
    const { name, ours } = line;
    const at = LEGEND.top + i * LEGEND.step;
    const { stroke, strokeWidth, strokeDasharray } = strokes[i] as Stroke;
    const swatch = element(document, 'line', {
      ...{ x1: LEGEND.left, x2: LEGEND.left + LEGEND.swatch, y1: at, y2: at },
      ...{ stroke, 'stroke-width': strokeWidth, 'stroke-dasharray': strokeDasharray },
    });
    const place = { x: LEGEND.left + LEGEND.swatch + 8, y: at + 4 };
    const weight = { 'font-weight': ours ? 600 : 400 };
    return [swatch, element(document, 'text', { ...START, ...place, ...weight }, name)];
  });
}

/** The first word of a name gives a peer's color, so that ways of one library look alike. */
function strokesOf(lines: readonly Line[]): Stroke[] {
  const peers = lines.filter(({ ours }) => !ours);
  const strangers = [...new Set(peers.map(familyOf))].filter((name) => !(name in FAMILY_COLORS));
  let strong = 0;
  return lines.map((line, i) => {
    if (line.ours) {
      const stroke = OUR_COLORS[strong++ % OUR_COLORS.length] as string;
      return { stroke, strokeWidth: strong === 1 ? 3 : 2, strokeDasharray: '' };
    }
    const family = familyOf(line);
    const before = lines.slice(0, i).filter((one) => !one.ours && familyOf(one) === family).length;
    const other = STRANGER_COLORS[strangers.indexOf(family) % STRANGER_COLORS.length] as string;
    return {
      stroke: FAMILY_COLORS[family] ?? other,
      strokeWidth: 1.75,
      strokeDasharray: DASHES[before % DASHES.length] as string,
    };
  });
}

function familyOf({ name }: Line): string {
  return name.split(/[ -]/)[0] ?? name;
}

/** At 1, 2 and 5 of every power of ten; closer where these would be too few. */
function logTicks(logarithms: readonly number[]): Plot.ScaleOptions {
  const [least, most] = [Math.min(...logarithms), Math.max(...logarithms)];
  const powers = Array.from({ length: Math.ceil(most) - Math.floor(least) }, (_, i) => {
    return 10 ** (Math.floor(least) + i);
  });
  const among = (digits: readonly number[]) => {
    const all = powers.flatMap((power) => digits.map((digit) => Math.log10(digit * power)));
    return all.filter((at) => at >= least && at <= most);
  };
  const round = among([1, 2, 5]);
  return {
    ...{ label: null, grid: true },
    ticks: round.length >= MIN_TICKS ? round : among([1, 2, 3, 4, 5, 7]),
    tickFormat: (at: number) => plain(10 ** at),
  };
}
