/**
 * One figure over time: a ring of (Unix milliseconds, value) in typed arrays, the oldest sample giving way to the youngest. NaN is a gap: a time at
 * which nothing was measured. Twelve charts with an hour at 4 Hz are a million samples; as objects they would keep the garbage collector busy.
 */
export interface SeriesRing {
  /** Samples kept, gaps included. */
  readonly length: number;
  readonly capacity: number;
  /** Changes with every change of the content, so that a picture knows whether it is still true. */
  readonly version: number;
  /**
   * Adds a sample. One that is not younger than the last is refused (false): time runs one way, and a sample told twice is one sample.
   * A null or NaN value is a gap.
   */
  append(atMs: number, value: number | null): boolean;
  /** Adds many, oldest first; the same rules. */
  appendMany(atMs: ArrayLike<number>, values: ArrayLike<number | null>): void;
  clear(): void;
  /** Time of a sample; index 0 is the oldest. NaN outside the ring. */
  timeAt(index: number): number;
  /** Value of a sample, NaN for a gap. */
  valueAt(index: number): number;
  /** Index of the first sample at or after a time; `length` when there is none. */
  indexFrom(atMs: number): number;
  /** The youngest value at or before a time and not older than `withinMs`; NaN when there is none or it is a gap. */
  valueBefore(atMs: number, withinMs?: number): number;
}

export interface SeriesRingOptions {
  capacity: number;
  /** A longer silence between two samples is drawn as a gap. @default Infinity: every two samples are joined */
  gapMs?: number;
}

/** 24 hours at a sample every 2 s. */
export const DAY_CAPACITY = 43_200;
/** An hour at 4 Hz. */
export const HOUR_CAPACITY = 14_400;

/** Most rings never fill; they begin small and double. */
const START_CAPACITY = 512;

export const createSeriesRing = ({ capacity, gapMs = Infinity }: SeriesRingOptions): SeriesRing => {
  let times = new Float64Array(Math.min(START_CAPACITY, capacity));
  let values = new Float64Array(times.length);
  let start = 0;
  let length = 0;
  let version = 0;

  const slotOf = (index: number): number => (start + index) % times.length;

  const grow = (): void => {
    const roomier = Math.min(times.length * 2, capacity);
    const nextTimes = new Float64Array(roomier);
    const nextValues = new Float64Array(roomier);
    // Before it is full the ring has never wrapped, so its content lies in one piece.
    nextTimes.set(times);
    nextValues.set(values);
    times = nextTimes;
    values = nextValues;
  };

  const push = (atMs: number, value: number): void => {
    if (length === times.length && length < capacity) grow();
    if (length === capacity) start = (start + 1) % capacity;
    else length += 1;
    const slot = slotOf(length - 1);
    times[slot] = atMs;
    values[slot] = value;
  };

  const timeAt = (index: number): number => (index >= 0 && index < length ? times[slotOf(index)]! : NaN);
  const valueAt = (index: number): number => (index >= 0 && index < length ? values[slotOf(index)]! : NaN);

  const append = (atMs: number, value: number | null): boolean => {
    const lastMs = timeAt(length - 1);
    if (!(atMs > lastMs) && length > 0) return false;
    if (length > 0 && atMs - lastMs > gapMs && !Number.isNaN(valueAt(length - 1))) push(lastMs + 1, NaN);
    push(atMs, value ?? NaN);
    version += 1;
    return true;
  };

  const indexFrom = (atMs: number): number => {
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (times[slotOf(middle)]! < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    get length() {
      return length;
    },
    get version() {
      return version;
    },
    capacity,
    append,
    appendMany: (atMs, many) => {
      for (let index = 0; index < atMs.length; index++) append(atMs[index]!, many[index] ?? null);
    },
    clear: () => {
      start = 0;
      length = 0;
      version += 1;
    },
    timeAt,
    valueAt,
    indexFrom,
    valueBefore: (atMs, withinMs = Infinity) => {
      const at = indexFrom(atMs);
      const index = timeAt(at) === atMs ? at : at - 1;
      return atMs - timeAt(index) <= withinMs ? valueAt(index) : NaN;
    },
  };
};
