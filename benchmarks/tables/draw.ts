/**
 * Draws the plots of the documents with Observable Plot. They have a background of their own, so
 * that they are legible on a white page and on a dark one, and the same rows give the same bytes.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

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
  /** The horizontal axis is as long as its ticks; both axes are logarithmic unless `linearX`. */
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
const MARGINS = { marginTop: 64, marginRight: 150, marginBottom: 48, marginLeft: 62 };
const BACKGROUND = '#ffffff';
const INK = '#1f2328';
const STRONG = ['#c2185b', '#1565c0', '#2e7d32', '#e65100', '#6a1b9a', '#00838f'];
const MUTED = ['#6b7280', '#8aa4b8', '#b09a7c', '#8fae8b'];
const DASHES = ['', '6 3', '2 3'];
const LEGEND = { top: 78, step: 20, left: SIZE.width - MARGINS.marginRight + 14, swatch: 22 };
/** Attributes with places in pixels, where digits behind the first only make the file larger. */
const PLACES = / (?:d|x|y|x1|x2|y1|y2|cx|cy|transform)="[^"]*"/g;
const LONG_NUMBER = /-?\d+\.\d\d+/g;
const FONT = 'system-ui, sans-serif';
const START = { fill: INK, 'text-anchor': 'start' };

/** The plot as the text of an SVG file. */
export function draw(drawing: Drawing): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const page = document as unknown as Document;
  const strokes = strokesOf(drawing.lines);
  const svg = plotLines(page, drawing, strokes);
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', drawing.title);
  svg.prepend(element(page, 'rect', { ...SIZE, fill: BACKGROUND }));
  const heading = { ...START, x: 14, y: 20, 'font-size': 14, 'font-weight': 600 };
  svg.append(element(page, 'text', heading, drawing.title));
  svg.append(
    element(page, 'text', { ...START, x: 14, y: MARGINS.marginTop - 14 }, drawing.y.label),
  );
  svg.append(...legend(page, drawing.lines, strokes));
  const short = svg.outerHTML.replaceAll(PLACES, (at) => at.replaceAll(LONG_NUMBER, rounded));
  return `${short}\n`;
}

const PANEL = { width: 340, height: 200, marginTop: 30, marginRight: 14, marginLeft: 52 };
const PANELS_TOP = 30;
const PANELS_ACROSS = 2;

/** Panels in rows of two, the names of the lines on the right, as the text of an SVG file. */
export function drawPanels({ title, x, domain, panels }: Panels): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const page = document as unknown as Document;
  const lines = panels[0]?.lines ?? [];
  const strokes = strokesOf(lines);
  const size = {
    width: PANELS_ACROSS * PANEL.width + MARGINS.marginRight,
    height: PANELS_TOP + Math.ceil(panels.length / PANELS_ACROSS) * PANEL.height,
  };
  const svg = element(page, 'svg', {
    ...{ xmlns: 'http://www.w3.org/2000/svg', role: 'img', 'aria-label': title },
    ...{ ...size, viewBox: `0 0 ${size.width} ${size.height}`, 'font-size': 12 },
    'font-family': FONT,
  });
  svg.append(element(page, 'rect', { ...size, fill: BACKGROUND }));
  const heading = { ...START, x: 14, y: 20, 'font-size': 14, 'font-weight': 600 };
  svg.append(element(page, 'text', heading, title));
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
  return `${svg.outerHTML.replaceAll(PLACES, (at) => at.replaceAll(LONG_NUMBER, rounded))}\n`;
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
      Plot.frame({ stroke: '#d0d7de' }),
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
  const ticks = x.ticks.map(({ at }) => at);
  const texts = new Map(x.ticks.map(({ at, text }) => [at, text]));
  return Plot.plot({
    document,
    ...SIZE,
    ...MARGINS,
    style: { background: BACKGROUND, color: INK, fontFamily: FONT, fontSize: '12px' },
    x: {
      type: linearX ? 'linear' : 'log',
      domain: [Math.min(...ticks), Math.max(...ticks)],
      ticks,
      tickFormat: (at: number) => texts.get(at) ?? '',
      label: x.label,
      labelArrow: 'none',
      labelAnchor: 'center',
      grid: true,
    },
    y: { type: 'log', label: null, grid: true, tickFormat: plainNumber },
    marks: [
      Plot.frame({ stroke: '#d0d7de' }),
      ...lines.flatMap(({ points }, i) => {
        const style = strokes[i] as Stroke;
        return [
          Plot.line(points, { x: 'x', y: 'y', ...style }),
          Plot.dot(points, { x: 'x', y: 'y', r: style.strokeWidth, fill: style.stroke }),
        ];
      }),
    ],
  });
}

/** A stroke and a name for every line, in their order. */
function legend(document: Document, lines: readonly Line[], strokes: readonly Stroke[]): Element[] {
  return lines.flatMap(({ name, ours }, i) => {
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

function element(
  document: Document,
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  text: string = '',
): Element {
  const created = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, `${value}`);
  created.textContent = text;
  return created;
}

function rounded(number: string): string {
  return String(Number(Number(number).toFixed(1)));
}

/** The first word of a name gives a peer's color, so that ways of one library look alike. */
function strokesOf(lines: readonly Line[]): Stroke[] {
  const families = [...new Set(lines.filter(({ ours }) => !ours).map(familyOf))];
  let strong = 0;
  return lines.map((line, i) => {
    if (line.ours) {
      const stroke = STRONG[strong++ % STRONG.length] as string;
      return { stroke, strokeWidth: strong === 1 ? 3 : 2, strokeDasharray: '' };
    }
    const family = familyOf(line);
    const before = lines.slice(0, i).filter((one) => !one.ours && familyOf(one) === family).length;
    return {
      stroke: MUTED[families.indexOf(family) % MUTED.length] as string,
      strokeWidth: 1.75,
      strokeDasharray: DASHES[before % DASHES.length] as string,
    };
  });
}

function familyOf({ name }: Line): string {
  return name.split(/[ -]/)[0] ?? name;
}

function plainNumber(value: number): string {
  const digit = Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9));
  return digit === 1 || digit === 2 || digit === 5 ? value.toLocaleString('en') : '';
}
