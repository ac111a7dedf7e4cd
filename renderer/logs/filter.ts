/** Which log entries are shown, and which of them are found. */
import type { LogLevel } from '../../runtime/contract/control/logs.ts';
import { searchedTextOf } from '../../runtime/contract/log-search.ts';
import { isGap, levelRanks, type LogEntry } from './entry.ts';

export interface LogFilter {
  /** Nothing: every source. */
  sources: readonly string[];
  /** This level and those above it. */
  level: LogLevel;
  /** A regular expression; empty: nothing is searched. */
  search: string;
  /** Hides what the search does not find. */
  onlyMatches: boolean;
}

/** As in logs.ts of the contract. */
export const SEARCH_CHARS_MAX = 200;

export const allLines: LogFilter = { sources: [], level: 'info', search: '', onlyMatches: false };

export interface Search {
  /** Finds all places of one text. Null: nothing is searched. */
  pattern: RegExp | null;
  /** What is wrong with the pattern, in words. */
  problem: string | null;
}

/**
 * A repeated group that repeats or chooses inside, as in `(a+)+` or `(a|ab)*`: on a line that nearly fits, the engine may try more ways than
 * there is time for, and the page would stand still.
 */
const isRunaway = (search: string): boolean => {
  /** Of the groups that are open: whether something inside repeats without end, or chooses. */
  const groups: boolean[] = [false];
  const marks = search.replaceAll(/\\./gs, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
  for (let index = 0; index < marks.length; index++) {
    const isRepeated = /^(?:[*+]|\{\d+,\d*\})/.test(marks.slice(index + (marks[index] === ')' ? 1 : 0)));
    if (marks[index] === '(') groups.push(false);
    else if (marks[index] === ')') {
      const isOpen = groups.pop() ?? false;
      if (isOpen && isRepeated) return true;
      groups[groups.length - 1] ||= isOpen || isRepeated;
    } else if (marks[index] === '|' || isRepeated) groups[groups.length - 1] = true;
  }
  return false;
};

export const compileSearch = (search: string): Search => {
  if (search === '') return { pattern: null, problem: null };
  if (isRunaway(search)) {
    return { pattern: null, problem: 'A repeated group that repeats or chooses inside, as (a+)+, could take for ever. Repeat only one of the two.' };
  }
  try {
    return { pattern: new RegExp(search, 'gi'), problem: null };
  } catch (error) {
    // The engine says "Invalid regular expression: /(/gi: Unterminated group"; the reason is its last part.
    const reason = (error instanceof Error ? error.message : String(error)).split(': ').at(-1)!;
    return { pattern: null, problem: `This is no regular expression: ${reason}. Put a \\ before a character that is meant literally.` };
  }
};

export type Verdict = 'hidden' | 'shown' | 'found';

const isFound = (pattern: RegExp, text: string): boolean => {
  // A global pattern remembers where it stopped; every text begins anew.
  pattern.lastIndex = 0;
  return pattern.test(text);
};

/** Judges one entry. The search looks at what the host's search looks at: the message and the JSON of the fields, up to a bound. */
export const createJudge = ({ sources, level, onlyMatches }: LogFilter, { pattern }: Search): ((entry: LogEntry) => Verdict) => {
  const wanted = sources.length > 0 ? new Set(sources) : null;
  const rankMin = levelRanks[level];
  return (entry) => {
    if (isGap(entry)) return onlyMatches && pattern ? 'hidden' : 'shown';
    if (levelRanks[entry.level] < rankMin || (wanted && !wanted.has(entry.source))) return 'hidden';
    if (!pattern) return 'shown';
    if (isFound(pattern, searchedTextOf(entry))) return 'found';
    return onlyMatches ? 'hidden' : 'shown';
  };
};

export interface TextPiece {
  text: string;
  isMatch: boolean;
}

/** More places in one line are not told apart by eye. */
const PIECES_MAX = 200;

/** The text cut where the pattern matches; one piece where it does not. */
export const piecesOfText = (text: string, pattern: RegExp | null): TextPiece[] => {
  if (!pattern) return [{ text, isMatch: false }];
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    // A pattern such as `x*` also matches nothing, everywhere.
    if (match[0] === '') continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), isMatch: false });
    pieces.push({ text: match[0], isMatch: true });
    end = match.index + match[0].length;
    if (pieces.length >= PIECES_MAX) break;
  }
  if (end < text.length || pieces.length === 0) pieces.push({ text: text.slice(end), isMatch: false });
  return pieces;
};
