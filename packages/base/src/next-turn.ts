// Lets others have their turn.

/** Resolves in a later turn of the event loop, when all that waits there has run once. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
