// Words of a text as UAX 29 (Unicode Text Segmentation) has them: what Intl.Segmenter calls
// word-like, less what is underscores only. The segmenter takes about a microsecond per word, so
// the words of alphabets that need no dictionary and no marks are found by a scan of our own, by
// the same rules; what it knows about characters it has learnt from the segmenter of this runtime.

/** Letters up to here are learnt: Latin, Greek, Cyrillic, Armenian. */
const LEARNT = 0x590;

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

let lettersBeyondAscii: Uint8Array | undefined;

/** What every character below LEARNT is. Punctuation depends on the locale, letters do not. */
function learnClasses(segmenter: Intl.Segmenter): Uint8Array {
  lettersBeyondAscii ??= learn(segmenter, 0x80, LEARNT);
  const classes = new Uint8Array(LEARNT);
  classes.set(lettersBeyondAscii, 0x80);
  classes.set(learn(segmenter, 0, 0x80));
  return classes;
}

/** What characters are, by how the segmenter treats them beside known ones. */
function learn(segmenter: Intl.Segmenter, from: number, to: number): Uint8Array {
  const classes = new Uint8Array(to - from);
  // One text of all questions, each on a line: a call of the segmenter takes several microseconds.
  const chars = Array.from(classes, (_, i) => String.fromCharCode(from + i));
  const lines = chars.flatMap((c) => [c, `a.${c}`, `${c}.a`, `1${c}1`, `a${c}a`]);
  const words = new Map<number, string>();
  for (const { index, segment, isWordLike } of segmenter.segment(lines.join('\n'))) {
    if (isWordLike) words.set(index, segment);
  }
  let at = 0;
  const isWord = lines.map((line) => {
    const start = at;
    at += line.length + 1;
    return words.get(start) === line;
  });
  for (const [i, char] of chars.entries()) {
    const [alone, after, before, inDigits, inLetters] = isWord.slice(5 * i, 5 * i + 5);
    if (char === '_') classes[i] = UNDERSCORE;
    else if (char >= '0' && char <= '9') classes[i] = DIGIT;
    else if (alone && after && before && inDigits) classes[i] = LETTER;
    else if (alone || char > '\x7f') classes[i] = FOREIGN;
    else classes[i] = (inLetters ? JOINS_LETTERS : 0) | (inDigits ? JOINS_DIGITS : 0);
  }
  return classes;
}
