// How deep values are nested: what goes deeper than anybody means would end the stack of whoever
// walks through it or writes it as JSON again, and takes a hundred times its text in memory. It is
// told from the text, before anything is made of it.

/** Objects and lists within each other: a row itself is the first. */
export const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: readonly string[] = ['[', '{'];

/** Whether objects and lists of a text of JSON lie within each other more than `most` deep. */
export function textExceedsDepth(text: string, most: number): boolean {
  if (!opensMore(text, most)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if ((code | 0x20) === 0x7b && ++depth > most)
      return true; // [ or {
    else if ((code | 0x20) === 0x7d) depth--; // ] or }
  }
  return false;
}

/** Whether there are more than `most` brackets that open something: nearly no row has so many. */
function opensMore(text: string, most: number): boolean {
  let found = 0;
  for (const bracket of OPENING) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++found > most) return true;
    }
  }
  return false;
}

/** Where the string that begins at `start` ends: a quote behind an even number of backslashes. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at;
    while (text.charCodeAt(before - 1) === BACKSLASH) before--;
    if ((at - before) % 2 === 0) return at;
  }
  return text.length;
}
