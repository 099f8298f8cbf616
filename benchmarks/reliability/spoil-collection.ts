/** Collections some of whose calls do something else. */
import type { Collection } from '@nigh/collection';

/** A collection some of whose calls do something else. */
export function spoilCollection(
  collection: Collection,
  changes: Partial<Pick<Collection, 'upsert' | 'update' | 'delete' | 'backup'>>,
): Collection {
  return new Proxy(collection, {
    get: (target, name) => {
      const changed: unknown = Reflect.get(changes, name);
      if (changed !== undefined) return changed;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
