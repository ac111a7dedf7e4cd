/**
 * Questions about the lines that the host holds. A search runs in slices, between which the host does its other work, and each slice is cut
 * off after a time: an expression such as `(a+)+$` can take for ever over a single line, whose length is bounded too (log-search.ts).
 */
import type { LogLevel, LogLine } from '../contract/control/logs.ts';
import { VStackError } from '../contract/errors.ts';
import { compileSearch, searchedTextOf } from '../contract/log-search.ts';
import { runBounded } from '../platform/bounded-work.ts';
import { createTurns } from '../platform/turns.ts';
import { LEVEL_RANK } from './log-line.ts';
import type { LogRing } from './log-ring.ts';

export interface LogFilter {
  source?: string;
  sources?: readonly string[];
  level: LogLevel;
  afterSequence?: number;
  beforeSequence?: number;
}

export interface LogQuery extends LogFilter {
  limit: number;
}

/** A few milliseconds with an ordinary expression. */
const SLICE_LINES = 2_000;
/** Far above that, also on a machine that has other things to do; the host does nothing else meanwhile. */
const SLICE_MS_MAX = 250;

const judgeOf = ({ source, sources, level }: LogFilter): ((line: LogLine) => boolean) => {
  const wanted = sources && new Set(sources);
  return (line) => LEVEL_RANK[line.level] >= LEVEL_RANK[level] && (source === undefined || line.source === source) && (!wanted || wanted.has(line.source));
};

/** The youngest lines that fit, oldest first. */
export const queryLines = (ring: LogRing, query: LogQuery): LogLine[] => {
  const fits = judgeOf(query);
  const found: LogLine[] = [];
  for (const line of ring.youngestFirst(query.afterSequence ?? 0, query.beforeSequence ?? Infinity)) {
    if (!fits(line)) continue;
    found.push(line);
    if (found.length >= query.limit) break;
  }
  return found.reverse();
};

const tooLong = (): VStackError => {
  const message = `The search took longer than ${SLICE_MS_MAX} ms over ${SLICE_LINES} lines and was given up. Simplify the expression: no repetition within a repetition.`;
  return new VStackError('bad_request', message, { details: { field: 'search' } });
};

/**
 * Hands over the lines that fit, youngest first, until `take` returns false.
 * @throws VStackError bad_request for a search that is no regular expression, or takes too long
 */
export const searchLines = async (ring: LogRing, filter: LogFilter, search: string | undefined, take: (line: LogLine) => boolean): Promise<void> => {
  const judge = judgeOf(filter);
  const expression = search ? compileSearch(search) : undefined;
  const turn = createTurns();

  /** Looks at one slice below `before`; returns where the next one begins, or undefined at the end. */
  const lookAt = (before: number): { next: number | undefined; found: LogLine[] } => {
    const found: LogLine[] = [];
    let lookedAt = 0;
    for (const line of ring.youngestFirst(filter.afterSequence ?? 0, before)) {
      if (judge(line) && (!expression || expression.test(searchedTextOf(line)))) found.push(line);
      lookedAt += 1;
      if (lookedAt === SLICE_LINES) return { next: line.sequence, found };
    }
    return { next: undefined, found };
  };

  for (let before: number | undefined = filter.beforeSequence ?? Infinity; before !== undefined; ) {
    const from: number = before;
    const slice = runBounded(() => lookAt(from), SLICE_MS_MAX);
    if (!slice) throw tooLong();
    if (!slice.value.found.every(take)) return;
    before = slice.value.next;
    await turn();
  }
};
