// The curves of a snapshot's table against what a calibration can have left: widths of searches,
// recalls from 0 to 1, both ascending.

import { type Curve, type CurvePoint, MAX_CURVE_POINTS } from '../calibrate/curve.ts';
import { MAX_CURVES, MAX_NODES, MAX_POOL } from '../hot/fields.ts';
import { asCount, asFloat, asList, asObject, type Fields } from './check-fields.ts';
import { CURVE_FIELDS, corrupt, POINT_FIELDS } from './format.ts';

function checkPoint(path: string, value: unknown, last: CurvePoint | undefined): CurvePoint {
  const fields = asObject(path, value, 'a point of a curve', POINT_FIELDS);
  const efSearch = asCount(path, fields, 'efSearch', MAX_POOL);
  const recall = asFloat(path, fields, 'recall');
  const assured = asFloat(path, fields, 'assured');
  const before = last ?? { efSearch: 0, recall: 0, assured: 0 };
  const rises = efSearch > before.efSearch && recall >= before.recall && assured >= before.assured;
  if (!rises || recall > 1 || assured > recall) {
    throw corrupt(path, 'a curve does not rise from 0 to 1', { field: 'points' });
  }
  return { efSearch, recall, assured };
}

function checkCurve(path: string, value: unknown, linked: number): Curve {
  const fields = asObject(path, value, 'a curve', CURVE_FIELDS);
  const k = asCount(path, fields, 'k', MAX_POOL);
  const then = asCount(path, fields, 'linked', linked);
  const sample = asCount(path, fields, 'sample', MAX_NODES);
  const { given } = fields;
  const list = asList(path, fields.points, 'points');
  const fits = list.length > 0 && list.length <= MAX_CURVE_POINTS;
  if (typeof given !== 'boolean' || !fits || Math.min(k, then, sample) === 0) {
    throw corrupt(path, 'a curve is of nothing', { field: 'curves' });
  }
  const points: CurvePoint[] = [];
  for (const point of list) points.push(checkPoint(path, point, points.at(-1)));
  return { k, linked: then, sample, given, points };
}

/** The curves of a segment of which `linked` nodes are in the graph. */
export function checkCurves(path: string, fields: Fields, linked: number): Curve[] {
  const list = asList(path, fields.curves, 'curves');
  const curves = list.map((curve) => checkCurve(path, curve, linked));
  const distinct = new Set(curves.map(({ k }) => k)).size === curves.length;
  if (distinct && curves.length <= MAX_CURVES) return curves;
  throw corrupt(path, 'it has more curves than there can be', { field: 'curves' });
}
