// Words of a text as UAX 29 (Unicode Text Segmentation) has them: what Intl.Segmenter calls
// word-like, less what is underscores only. The segmenter takes about a microsecond per word, so the
// words of alphabets that need no dictionary and no marks are found by a scan of our own, by the
// same rules; what it knows about characters it has learnt from the segmenter of this runtime.

/** Letters up to here are learnt: Latin, Greek, Cyrillic, Armenian. */
const LEARNT = 0x590;

const NOTHING = 0;
const LETTER = 1;
const DIGIT = 2;
const UNDERSCORE = 3;
/** Joins two letters that it stands between (MidLetter, MidNumLet); the next, two digits. */
const JOINS_LETTERS = 4;
const JOINS_DIGITS = 8;
/** Left to the segmenter, with all up to the next blanks. */
const FOREIGN = 16;

const SPACE = 0x20;
const isBlank = (unit: number): boolean => unit === SPACE || (unit >= 0x09 && unit <= 0x0d);

const scanners = new Map<string, WordScanner>();

/** The scanner of a locale; there is one of each. */
export function scannerOf(locale: string): WordScanner {
  let scanner = scanners.get(locale);
  if (scanner !== undefined) return scanner;
  scanner = new WordScanner(locale);
  scanners.set(locale, scanner);
  return scanner;
}

export class WordScanner {
  readonly #segmenter: Intl.Segmenter;
  readonly #classes: Uint8Array;

  constructor(locale: string) {
    this.#segmenter = new Intl.Segmenter(locale, { granularity: 'word' });
    this.#classes = learnClasses(this.#segmenter);
  }

  /** Adds the words of a text to `words`, in order. */
  scan(text: string, words: string[]): void {
    const classes = this.#classes;
    let start = 0;
    while (start < text.length) {
      // A blank begins a chunk: marks that follow it belong to it.
      let isForeign = false;
      let end = start;
      do {
        const unit = text.charCodeAt(end);
        if (unit >= LEARNT || classes[unit] === FOREIGN) isForeign = true;
        end++;
      } while (end < text.length && !isBlank(text.charCodeAt(end)));
      if (isForeign) this.#segment(text.slice(start, end), words);
      else this.#scanChunk(text, [start, end], words);
      start = end;
    }
  }

  #segment(chunk: string, words: string[]): void {
    for (const { segment, isWordLike } of this.#segmenter.segment(chunk)) {
      if (isWordLike && !/^_+$/.test(segment)) words.push(segment);
    }
  }

  #scanChunk(text: string, [from, end]: readonly [number, number], words: string[]): void {
    const classes = this.#classes;
    for (let at = from; at < end; at++) {
      let last = classes[text.charCodeAt(at)];
      if (last < LETTER || last > UNDERSCORE) continue;
      const start = at;
      let isWord = last !== UNDERSCORE;
      for (at++; at < end; at++) {
        let next = classes[text.charCodeAt(at)];
        if (next < LETTER || next > UNDERSCORE) {
          const joins = last === LETTER ? JOINS_LETTERS : last === DIGIT ? JOINS_DIGITS : 0;
          if ((next & joins) === 0 || at + 1 === end) break;
          next = classes[text.charCodeAt(at + 1)];
          if (next !== last) break;
          at++;
        }
        if (next !== UNDERSCORE) isWord = true;
        last = next;
      }
      if (isWord) words.push(text.slice(start, at));
    }
  }
}

/** What every character below LEARNT is, by how the segmenter treats it beside known ones. */
function learnClasses(segmenter: Intl.Segmenter): Uint8Array {
  const firstOf = (text: string) => segmenter.segment(text)[Symbol.iterator]().next().value;
  const isOne = (text: string): boolean => firstOf(text)?.segment === text;
  const isWord = (text: string): boolean => firstOf(text)?.isWordLike === true;
  const classes = new Uint8Array(LEARNT);
  for (let unit = 0; unit < LEARNT; unit++) {
    const char = String.fromCharCode(unit);
    if (char === '_') classes[unit] = UNDERSCORE;
    else if (char >= '0' && char <= '9') classes[unit] = DIGIT;
    else if (isWord(char)) {
      const isLetter = isOne(`a.${char}`) && isOne(`${char}.a`) && isOne(`1${char}1`);
      classes[unit] = isLetter ? LETTER : FOREIGN;
    } else if (unit >= 0x80) classes[unit] = FOREIGN;
    else {
      classes[unit] = NOTHING;
      if (isOne(`a${char}a`)) classes[unit] |= JOINS_LETTERS;
      if (isOne(`1${char}1`)) classes[unit] |= JOINS_DIGITS;
    }
  }
  return classes;
}
