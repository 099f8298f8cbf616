// Rows: the numbers by which the packages above the engine speak of the same thing.

/** The largest number of a row: how many rows there are fits into 31 bits as well. */
export const MAX_ROW: number = 2 ** 31 - 2;
