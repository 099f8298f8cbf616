/**
 * What all plots share: a page without a browser, elements, colors. Every plot has a background of
 * its own, so that it is legible on a white page and on a dark one.
 */
import { parseHTML } from 'linkedom';

export const BACKGROUND = '#ffffff';
export const INK = '#1f2328';
export const GRID = '#d0d7de';
export const FONT = 'system-ui, sans-serif';
/** Ours are warm, peers are not: who is who is seen before any name is read. */
export const OUR_COLORS = ['#c2185b', '#8e24aa', '#f06292', '#5e35b1', '#d98cb3'] as const;
/** A library has one color in all plots, whoever else takes part. */
export const FAMILY_COLORS: Readonly<Record<string, string>> = {
  hnswlib: '#1565c0',
  usearch: '#2e7d32',
  zvec: '#b26a00',
  edgevec: '#00838f',
  lancedb: '#6d4c41',
};
/** For everybody else, in order of appearance. */
export const STRANGER_COLORS = ['#607d8b', '#9e9d24', '#1e88e5', '#43a047'] as const;

/** Attributes with places in pixels, where digits behind the first only make the file larger. */
const PLACES = / (?:d|x|y|x1|x2|y1|y2|cx|cy|width|transform)="[^"]*"/g;
const LONG_NUMBER = /-?\d+\.\d\d+/g;

export function createPage(): Document {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  return document as unknown as Document;
}

export function element(
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

/** An empty picture with its title and background. */
export function createPicture(
  page: Document,
  title: string,
  size: { readonly width: number; readonly height: number },
): Element {
  const svg = element(page, 'svg', {
    ...{ ...size, viewBox: `0 0 ${size.width} ${size.height}` },
    ...{ 'font-size': 12, 'font-family': FONT },
  });
  dress(page, svg, { title, ...size });
  return svg;
}

/** Makes a picture of its own of what a library drew: name, background and title. */
export function dress(
  page: Document,
  svg: Element,
  { title, width, height }: { title: string; width: number; height: number },
): void {
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', title);
  svg.prepend(element(page, 'rect', { width, height, fill: BACKGROUND }));
  const heading = { fill: INK, x: 14, y: 20, 'font-size': 14, 'font-weight': 600 };
  svg.append(element(page, 'text', { ...heading, 'text-anchor': 'start' }, title));
}

/** The text of an SVG file; the same picture gives the same bytes. */
export function svgText(svg: Element): string {
  const rounded = (number: string) => String(Number(Number(number).toFixed(1)));
  return `${svg.outerHTML.replaceAll(PLACES, (at) => at.replaceAll(LONG_NUMBER, rounded))}\n`;
}
