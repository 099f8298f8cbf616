// Who is inside the callback that writes a snapshot. What waits for that snapshot cannot be asked
// for in there: it would wait for itself.

import { AsyncLocalStorage } from 'node:async_hooks';

interface Scope {
  readonly owner: object;
  readonly outer: Scope | undefined;
  isOver: boolean;
}

const scopes = new AsyncLocalStorage<Scope>();

/** Runs a callback on behalf of `owner`. */
export async function produceFor<T>(owner: object, callback: () => Promise<T>): Promise<T> {
  const scope: Scope = { owner, outer: scopes.getStore(), isOver: false };
  try {
    return await scopes.run(scope, callback);
  } finally {
    scope.isOver = true;
  }
}

/** Whether this is called by a callback of `owner` that has not ended. */
export function isProducing(owner: object): boolean {
  for (let scope = scopes.getStore(); scope !== undefined; scope = scope.outer) {
    if (scope.owner === owner && !scope.isOver) return true;
  }
  return false;
}
