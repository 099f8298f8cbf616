// Random sequences of changes on a table and on a Map of plain objects; after each of them filters
// must accept the same rows of both. The same filters are asked again and again, so that what is
// kept for later is used, and must be given up when it is out of date.

import type { Image } from '@nigh/base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Columns, type Fields, parseFilter } from '../../src/index.ts';
import { fieldsOf, filterOf, metadataOf } from '../support/arbitraries.ts';
import { expectedRows, type Model, rowsOf, select } from '../support/rows.ts';

const RUNS = Number(process.env.NIGH_RUNS ?? 400);

type Step =
  | { readonly kind: 'set'; readonly row: number; readonly metadata: Record<string, unknown> }
  | { readonly kind: 'clear'; readonly row: number }
  | { readonly kind: 'remove'; readonly row: number }
  | { readonly kind: 'save' }
  | { readonly kind: 'load' }
  | { readonly kind: 'filter'; readonly filter: object };

const rowNumber = fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 70 }), fc.nat({ max: 3000 }));

function stepOf(fields: Fields): fc.Arbitrary<Step> {
  const set = fc.record({
    kind: fc.constant('set' as const),
    row: rowNumber,
    metadata: metadataOf(fields),
  });
  const filter = fc.record({ kind: fc.constant('filter' as const), filter: filterOf(fields) });
  return fc.oneof(
    { weight: 8, arbitrary: set },
    { weight: 1, arbitrary: rowNumber.map((row) => ({ kind: 'clear', row }) as const) },
    { weight: 3, arbitrary: rowNumber.map((row) => ({ kind: 'remove', row }) as const) },
    { weight: 1, arbitrary: fc.constant({ kind: 'save' } as const) },
    { weight: 1, arbitrary: fc.constant({ kind: 'load' } as const) },
    { weight: 5, arbitrary: filter },
  );
}

interface Saved {
  readonly images: Readonly<Record<string, Image>>;
  readonly model: Model;
}

class Run {
  readonly fields: Fields;
  columns: Columns;
  readonly model: Model = new Map();
  readonly saved: Saved[] = [];

  constructor(fields: Fields) {
    this.fields = fields;
    this.columns = Columns.create(fields);
  }

  act(step: Step): void {
    const { columns, model } = this;
    if (step.kind === 'set') {
      columns.check(step.metadata);
      columns.set(step.row, step.metadata);
      model.set(step.row, step.metadata);
    } else if (step.kind === 'clear') {
      columns.set(step.row, undefined);
      model.set(step.row, {});
    } else if (step.kind === 'remove') {
      columns.remove(step.row);
      model.delete(step.row);
    } else if (step.kind === 'save') {
      this.saved.push({ images: columns.images(), model: new Map(model) });
    } else if (step.kind === 'load') {
      this.columns = Columns.load(columns.images(), this.fields);
    } else {
      this.compare(step.filter);
    }
  }

  compare(filter: object): void {
    const { columns, model, fields } = this;
    expect(select(columns, filter as Record<string, unknown>)).toEqual(
      expectedRows(model, filter, fields),
    );
    const predicate = parseFilter(filter, fields);
    expect(columns.evaluate(predicate)).toBe(columns.evaluate(parseFilter(filter, fields)));
  }

  finish(filters: readonly object[]): void {
    for (const { images, model } of this.saved) {
      const columns = Columns.load(images, this.fields);
      expect(columns.verify()).toEqual([]);
      for (const filter of filters) {
        const rows = rowsOf(columns.evaluate(parseFilter(filter, this.fields)).bits);
        expect(rows).toEqual(expectedRows(model, filter, this.fields));
      }
    }
  }
}

test('filters accept the rows that a naive evaluation accepts, whatever happened before', () => {
  const scenario = fieldsOf.chain((fields) =>
    fc.tuple(
      fc.constant(fields),
      fc.array(stepOf(fields), { maxLength: 30 }),
      fc.array(filterOf(fields), { maxLength: 3 }),
    ),
  );
  fc.assert(
    fc.property(scenario, ([fields, steps, filters]) => {
      const run = new Run(fields);
      for (const step of steps) {
        run.act(step);
        for (const filter of filters) run.compare(filter);
        expect(run.columns.count).toBe(run.model.size);
        expect(rowsOf(run.columns.live)).toEqual([...run.model.keys()].sort((a, b) => a - b));
      }
      expect(run.columns.verify()).toEqual([]);
      run.finish(filters);
    }),
    { numRuns: RUNS },
  );
});
