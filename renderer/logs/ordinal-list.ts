/** Ordinals in ascending order that grow at both ends and lose their smallest: what a filter lets through. */
export interface OrdinalList {
  readonly count: number;
  /** Position 0 is the smallest ordinal. */
  at(position: number): number;
  /** The position of the first ordinal that is at least this one; `count` when there is none. */
  positionOf(ordinal: number): number;
  pushYounger(ordinal: number): void;
  pushOlder(ordinal: number): void;
  /** Drops every ordinal before this one. */
  trim(first: number): void;
  clear(): void;
}

/** Dropped ordinals are kept in the array until there are so many; moving the rest costs less than a millisecond then. */
const SLACK_MAX = 16_384;

export const createOrdinalList = (): OrdinalList => {
  /** Descending, so that growing towards the past is a push. */
  let older: number[] = [];
  let younger: number[] = [];
  let dropped = 0;

  const count = (): number => older.length + younger.length - dropped;
  const at = (position: number): number =>
    position < older.length ? older[older.length - 1 - position]! : younger[dropped + position - older.length]!;

  return {
    get count() {
      return count();
    },
    at,
    positionOf: (ordinal) => {
      let low = 0;
      let high = count();
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (at(middle) < ordinal) low = middle + 1;
        else high = middle;
      }
      return low;
    },
    pushYounger: (ordinal) => void younger.push(ordinal),
    pushOlder: (ordinal) => void older.push(ordinal),
    trim: (first) => {
      while (older.length > 0 && older.at(-1)! < first) older.pop();
      if (older.length > 0) return;
      while (dropped < younger.length && younger[dropped]! < first) dropped += 1;
      if (dropped < SLACK_MAX) return;
      younger = younger.slice(dropped);
      dropped = 0;
    },
    clear: () => {
      older = [];
      younger = [];
      dropped = 0;
    },
  };
};
