// BM25F over plain objects, as it is defined and as slowly as it likes.
import type { ResolvedTextOptions } from '../src/index.ts';

/** Terms of each field, by row. */
export type NaiveRows = ReadonlyMap<number, readonly (readonly string[])[]>;

const count = (terms: readonly string[], term: string): number =>
  Math.min(4095, terms.filter((other) => other === term).length);

export function naiveScores(
  rows: NaiveRows,
  query: readonly string[],
  { fields, k1, b }: ResolvedTextOptions,
): Map<number, number> {
  const averages = fields.map((_, field) => {
    const lengths = [...rows.values()].map((texts) => texts[field]!.length);
    const filled = lengths.filter((length) => length > 0);
    return filled.reduce((sum, length) => sum + length, 0) / filled.length;
  });
  const scores = new Map<number, number>();
  for (const term of query) {
    const having = [...rows].filter(([, texts]) => texts.flat().includes(term));
    const idf = Math.log(1 + (rows.size - having.length + 0.5) / (having.length + 0.5));
    for (const [row, texts] of having) {
      let weight = 0;
      for (const [field, terms] of texts.entries()) {
        const norm = 1 - b + (b * terms.length) / averages[field]!;
        if (count(terms, term) > 0) weight += (fields[field]!.weight * count(terms, term)) / norm;
      }
      scores.set(row, (scores.get(row) ?? 0) + (idf * (k1 + 1) * weight) / (k1 + weight));
    }
  }
  return scores;
}
