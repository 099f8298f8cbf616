// Which document a row is now. In pages of few rows: where every row has a page to itself, it
// costs some 300 bytes, so that rows far apart, of a forged image too, take no more than that.

const PAGE_SHIFT = 6;
const PAGE_ROWS = 1 << PAGE_SHIFT;

export class RowMap {
  /** The document of each row plus one; 0 where there is none. */
  #pages = new Map<number, Uint32Array>();

  /** The document of a row; -1 where there is none. */
  get(row: number): number {
    const page = this.#pages.get(row >>> PAGE_SHIFT);
    return page === undefined ? -1 : page[row & (PAGE_ROWS - 1)] - 1;
  }

  set(row: number, doc: number): void {
    this.reserve(row)[row & (PAGE_ROWS - 1)] = doc + 1;
  }

  /** The page of a row, which is there from now on. */
  reserve(row: number): Uint32Array {
    let page = this.#pages.get(row >>> PAGE_SHIFT);
    if (page === undefined) {
      page = new Uint32Array(PAGE_ROWS);
      this.#pages.set(row >>> PAGE_SHIFT, page);
    }
    return page;
  }

  delete(row: number): void {
    const page = this.#pages.get(row >>> PAGE_SHIFT);
    if (page !== undefined) page[row & (PAGE_ROWS - 1)] = 0;
  }

  get byteLength(): number {
    return this.#pages.size * PAGE_ROWS * 4;
  }
}
