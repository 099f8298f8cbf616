// The curves of a snapshot's table against what a calibration can have left: widths of searches,
// recalls from 0 to 1, both ascending.

import { type Curve, type CurvePoint, MAX_CURVE_POINTS } from '../calibrate/curve.ts';
import { MAX_CURVES, MAX_NODES, MAX_POOL } from '../hot/fields.ts';
import { asCount, asFloat, asList, asObject, type Check, type Fields } from './check-fields.ts';
import { CURVE_FIELDS, corrupt, POINT_FIELDS } from './format.ts';

function checkPoint(check: Check, value: unknown, last: CurvePoint | undefined): CurvePoint {
  const fields = asObject(check, value, 'a point of a curve', POINT_FIELDS);
  const efSearch = asCount(check, fields, 'efSearch', MAX_POOL);
  const recall = asFloat(check, fields, 'recall');
  const assured = asFloat(check, fields, 'assured');
  const before = last ?? { efSearch: 0, recall: 0, assured: 0 };
  const rises = efSearch > before.efSearch && recall >= before.recall && assured >= before.assured;
  if (!rises || recall > 1 || assured > recall) {
    throw corrupt(check.path, 'a curve does not rise from 0 to 1', { field: 'points' });
  }
  return { efSearch, recall, assured };
}

function checkCurve(check: Check, value: unknown, linked: number): Curve {
  const fields = asObject(check, value, 'a curve', CURVE_FIELDS);
  const k = asCount(check, fields, 'k', MAX_POOL);
  const then = asCount(check, fields, 'linked', linked);
  const sample = asCount(check, fields, 'sample', MAX_NODES);
  const { given } = fields;
  const list = asList(check, fields.points, 'points');
  const fits = list.length > 0 && list.length <= MAX_CURVE_POINTS;
  if (typeof given !== 'boolean' || !fits || Math.min(k, then, sample) === 0) {
    throw corrupt(check.path, 'a curve is of nothing', { field: 'curves' });
  }
  const points: CurvePoint[] = [];
  for (const point of list) points.push(checkPoint(check, point, points.at(-1)));
  return { k, linked: then, sample, given, points };
}

/** The curves of a segment of which `linked` nodes are in the graph. */
export function checkCurves(check: Check, fields: Fields, linked: number): Curve[] {
  const list = asList(check, fields.curves, 'curves');
  const curves = list.map((curve) => checkCurve(check, curve, linked));
  const distinct = new Set(curves.map(({ k }) => k)).size === curves.length;
  if (distinct && curves.length <= MAX_CURVES) return curves;
  throw corrupt(check.path, 'it has more curves than there can be', { field: 'curves' });
}
