// What commands work on: a collection, the disk it is on, and the plain documents beside it.

import { SimulatedDisk } from '@nigh/testkit';
import type fc from 'fast-check';
import { Collection, IN_MEMORY, type OpenOptions } from '../../../src/index.ts';
import { expectSame, openOptions, type PlainDocuments } from '../../support/compare.ts';
import { type PlainSchema, TEXT } from '../../support/plain.ts';

export interface Model {
  readonly schema: PlainSchema;
  readonly documents: PlainDocuments;
}

export interface Real {
  readonly path: string;
  readonly isStored: boolean;
  readonly options: OpenOptions;
  disk: SimulatedDisk;
  collection: Collection;
  backups: number;
}

export type Command = fc.AsyncCommand<Model, Real, true>;

/** A command after which everything must hold. */
export function command(
  label: string,
  act: (model: Model, real: Real) => Promise<void>,
  isPossible: (schema: PlainSchema) => boolean = () => true,
): Command {
  return {
    check: async ({ schema }) => isPossible(schema),
    run: async (model, real) => {
      await act(model, real);
      await expectSame(real.collection, model.documents, model.schema);
    },
    toString: () => label,
  };
}

/** Opens what is on the disk of the moment. */
export async function open({
  path,
  options,
  disk,
  isStored,
}: Omit<Real, 'collection'>): Promise<Collection> {
  return await Collection.open(path, { ...options, ...(isStored && { files: disk }) });
}

export async function openNew(
  schema: PlainSchema,
  isStored: boolean,
  more: OpenOptions,
): Promise<Real> {
  const path = isStored ? '/data/collection' : IN_MEMORY;
  const disk = new SimulatedDisk({ seed: 1 });
  const options = { ...openOptions(schema, TEXT), ...more };
  const real = { path, isStored, options, disk, backups: 0 };
  return { ...real, collection: await open(real) };
}
