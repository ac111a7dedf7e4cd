/**
 * Which entries of a source a filter shows and finds. New entries are judged as they come; after a change of the filter the old ones are
 * judged from the youngest backwards, in slices, so that what is on screen is right at once and a ring of 50,000 never blocks the page.
 *
 *      first          scanned         judgedEnd   end
 *   ────┼────────────────┼────────────────┼────────┼────▶ ordinals
 *       └── scan() goes ◀┘                └▶ follow()
 */
import type { LogEntry } from './entry.ts';
import type { Verdict } from './filter.ts';
import type { LineSource } from './line-ring.ts';
import { createOrdinalList, type OrdinalList } from './ordinal-list.ts';

export interface LineIndex {
  readonly shown: OrdinalList;
  readonly found: OrdinalList;
  /** Whether every entry has been judged. */
  readonly isComplete: boolean;
  /** Begins anew; nothing is judged yet. Entries before the ordinal `from` are left out. */
  reset(source: LineSource, judge: (entry: LogEntry) => Verdict, from: number): void;
  /** Judges what the source has got since. */
  follow(): void;
  /** Judges older entries until there are none or `isOver`, which is asked every few hundred entries. */
  scan(isOver: () => boolean): void;
  /** Goes on with another source that holds the same ordinals: the frozen copy of a ring. */
  rebase(source: LineSource): void;
}

/** A few hundred take well under a millisecond, and asking the clock for each would cost more than judging. */
const SLICE_ENTRIES = 250;
/** Further behind than this, as in a page that was hidden for a while, the scan catches up in slices. */
const FOLLOW_ENTRIES_MAX = 5_000;

export const createLineIndex = (): LineIndex => {
  const shown = createOrdinalList();
  const found = createOrdinalList();
  let source: LineSource = { first: 0, end: 0, at: () => ({ gapCount: 0, atMs: 0 }) };
  let judge: (entry: LogEntry) => Verdict = () => 'shown';
  let from = 0;
  let scanned = 0;
  let judgedEnd = 0;

  const oldest = (): number => Math.max(source.first, from);
  const isComplete = (): boolean => scanned <= oldest();

  const beginAtEnd = (): void => {
    shown.clear();
    found.clear();
    scanned = source.end;
    judgedEnd = source.end;
  };

  return {
    shown,
    found,
    get isComplete() {
      return isComplete();
    },
    reset: (nextSource, nextJudge, nextFrom) => {
      source = nextSource;
      judge = nextJudge;
      from = nextFrom;
      beginAtEnd();
    },
    rebase: (nextSource) => {
      source = nextSource;
    },
    follow: () => {
      if (source.end - judgedEnd > FOLLOW_ENTRIES_MAX) beginAtEnd();
      for (; judgedEnd < source.end; judgedEnd++) {
        const verdict = judge(source.at(judgedEnd));
        if (verdict === 'hidden') continue;
        shown.pushYounger(judgedEnd);
        if (verdict === 'found') found.pushYounger(judgedEnd);
      }
      shown.trim(oldest());
      found.trim(oldest());
    },
    scan: (isOver) => {
      let sinceAsked = 0;
      while (!isComplete()) {
        scanned -= 1;
        const verdict = judge(source.at(scanned));
        if (verdict !== 'hidden') shown.pushOlder(scanned);
        if (verdict === 'found') found.pushOlder(scanned);
        sinceAsked += 1;
        if (sinceAsked < SLICE_ENTRIES) continue;
        sinceAsked = 0;
        if (isOver()) return;
      }
    },
  };
};
