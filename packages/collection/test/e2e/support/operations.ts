// The same writes for whoever asks, by number: a program that is killed does them, and whoever
// looks at what is left knows what must be there.

import type { Collection } from '@nigh/collection';

const KEYS = 30;

/** What is kept of a document: the number of the write it is from. */
export type Kept = Map<number, number>;

type Step = (kept: Kept) => void;

/** Write `n`: what it does to a collection, and to what must be there. */
export function operation(n: number): { call: (c: Collection) => Promise<unknown>; step: Step } {
  const key = (n * 7) % KEYS;
  if (n % 5 === 3) {
    return {
      call: (c) => c.delete([key, key + 1]),
      step: (kept) => {
        for (const own of [key, key + 1]) kept.delete(own);
      },
    };
  }
  if (n % 5 === 4) {
    const filter = { n: { $lt: n - 40 } };
    return {
      call: (c) => c.delete({ filter }),
      step: (kept) => {
        for (const [own, from] of kept) if (from < n - 40) kept.delete(own);
      },
    };
  }
  const keys = [key, key + 1, key + 2];
  const documents = keys.map((own) => ({
    ...{ key: own, vector: [own + 1, n + 1, 1], metadata: { n } },
    text: `alpha number${n}`,
  }));
  return {
    call: (c) => c.upsert(documents),
    step: (kept) => {
      for (const own of keys) kept.set(own, n);
    },
  };
}
