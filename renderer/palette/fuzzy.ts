/** How well a text answers what was typed. Every word must be found; whole words beat beginnings, beginnings beat scattered letters. */

/** A stretch of the text that was found: [from, to). */
export type Range = readonly [number, number];

export interface Match {
  /** Higher is better; only comparable within one query. */
  score: number;
  /** For highlighting, in order, without overlap. */
  ranges: Range[];
}

const WORD_START_SCORE = 100;
const INSIDE_SCORE = 60;
const LETTERS_SCORE = 30;
/** Letters further apart than this, for each letter typed, are a coincidence. */
const SPREAD_MAX = 6;

const isWordStart = (text: string, index: number): boolean => index === 0 || !/[\p{L}\p{N}]/u.test(text[index - 1]!);

const findWhole = (word: string, text: string): Match | null => {
  let inside = -1;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (isWordStart(text, at)) {
      const isWholeWord = at + word.length === text.length || !/[\p{L}\p{N}]/u.test(text[at + word.length]!);
      return { score: WORD_START_SCORE + (isWholeWord ? 10 : 0) - Math.min(20, at), ranges: [[at, at + word.length]] };
    }
    if (inside < 0) inside = at;
  }
  return inside < 0 ? null : { score: INSIDE_SCORE - Math.min(20, inside), ranges: [[inside, inside + word.length]] };
};

/** The letters in order, each preferably where a word begins, as people abbreviate. */
const findLetters = (word: string, text: string): Match | null => {
  const places: number[] = [];
  for (const letter of word) {
    const from = (places.at(-1) ?? -1) + 1;
    if (text[from] === letter && places.length > 0) {
      places.push(from);
      continue;
    }
    let at = text.indexOf(letter, from);
    for (let next = at; next >= 0; next = text.indexOf(letter, next + 1)) {
      if (!isWordStart(text, next)) continue;
      at = next;
      break;
    }
    if (at < 0) return null;
    places.push(at);
  }
  const spread = places.at(-1)! - places[0]! + 1;
  if (!isWordStart(text, places[0]!) || spread > word.length * SPREAD_MAX) return null;
  const ranges: [number, number][] = [];
  for (const place of places) {
    const last = ranges.at(-1);
    if (last && last[1] === place) last[1] = place + 1;
    else ranges.push([place, place + 1]);
  }
  return { score: LETTERS_SCORE - (ranges.length - 1) * 2 - (spread - word.length) / word.length, ranges };
};

const merged = (ranges: Range[]): Range[] => {
  const result: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
};

export const wordsOf = (query: string): string[] => query.toLowerCase().split(/\s+/).filter(Boolean);

/**
 * Matches every word of the query in the title, or else in `more` (details, keywords), where it counts for half and is not highlighted.
 * Null when a word is found nowhere.
 */
export const matchText = (query: string, title: string, more = ''): Match | null => {
  const [lowerTitle, lowerMore] = [title.toLowerCase(), more.toLowerCase()];
  const ranges: Range[] = [];
  let score = 0;
  for (const word of wordsOf(query)) {
    const aside = findWhole(word, lowerMore);
    const inTitle = findWhole(word, lowerTitle) ?? (aside || word.length < 2 ? null : findLetters(word, lowerTitle));
    if (inTitle) ranges.push(...inTitle.ranges);
    else if (!aside) return null;
    score += inTitle?.score ?? aside!.score / 2;
  }
  // Of two titles that match equally, the shorter one says less that was not asked for.
  return { score: score - Math.min(10, title.length / 10), ranges: merged(ranges) };
};
