/**
 * The youngest log lines of every process. They come only while somebody looks at them: the first view that follows asks for what the host
 * holds and subscribes, the last one that leaves ends it. Lines are taken in as they come; views are told once per frame.
 */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { EventData } from '../../runtime/contract/control/index.ts';
import type { LogLevel, LogLine } from '../../runtime/contract/control/logs.ts';
import { useBridge } from '../bridge/bridge.ts';
import { withGaps } from '../logs/entry.ts';
import { createLineRing } from '../logs/line-ring.ts';
import { createFollowers } from './followers.ts';

/** As many as the host holds; some 15 MB. */
export const LINES_KEPT = 50_000;
/** What a view begins with; the contract allows no more in one answer, and a larger one would be a long task. */
const HISTORY_LINES = 10_000;

type Lines = EventData<'logs:lines'>;

export const useLogStore = defineStore('logs', () => {
  const ring = createLineRing(LINES_KEPT);
  /** Changes once per frame in which lines came. */
  const version = shallowRef(0);
  /** Every process that has said something, in the order of its first line. */
  const sources = shallowRef<readonly string[]>([]);
  const isLoading = shallowRef(false);
  /** Why the lines of before could not be read; null while all is well. */
  const problem = shallowRef<string | null>(null);
  const known = new Set<string>();
  let lastLine: LogLine | null = null;
  /** What came while the history was being asked for; null while nothing is asked. */
  let early: Lines[] | null = null;
  let isFrameAsked = false;

  const tellViews = (): void => {
    if (isFrameAsked) return;
    isFrameAsked = true;
    requestAnimationFrame(() => {
      isFrameAsked = false;
      if (known.size !== sources.value.length) sources.value = [...known];
      version.value += 1;
    });
  };

  const take = ({ lines, droppedCount }: Lines): void => {
    const lastSequence = lastLine?.sequence ?? null;
    const fresh = lastSequence !== null && (lines[0]?.sequence ?? Infinity) <= lastSequence ? lines.filter((line) => line.sequence > lastSequence) : lines;
    ring.append(withGaps(fresh, droppedCount, lastSequence, Date.now()));
    for (const { source } of fresh) known.add(source);
    lastLine = fresh.at(-1) ?? lastLine;
    tellViews();
  };

  const reset = (): void => {
    ring.clear();
    known.clear();
    lastLine = null;
    tellViews();
  };

  /** Whether the host that answers is another than before: its numbers began anew. */
  const isOtherHost = (lines: readonly LogLine[]): boolean => {
    const before = lastLine;
    if (!before) return false;
    const same = lines.find((line) => line.sequence === before.sequence);
    return same ? same.atMs !== before.atMs : (lines.at(-1)?.sequence ?? 0) < before.sequence;
  };

  const hydrate = async (): Promise<void> => {
    if (early) return;
    early = [];
    isLoading.value = true;
    try {
      const { lines } = await useBridge().call('logs:query', { level: 'debug', limit: HISTORY_LINES });
      if (isOtherHost(lines)) reset();
      take({ lines, droppedCount: 0 });
      problem.value = null;
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      const waiting = early;
      early = null;
      isLoading.value = false;
      waiting.forEach(take);
    }
  };

  const listen = (): (() => void) => {
    const bridge = useBridge();
    const stops = [
      bridge.on('logs:lines', (lines) => (early ? void early.push(lines) : take(lines))),
      bridge.onState(({ phase }) => phase === 'open' && void hydrate()),
    ];
    void hydrate();
    return () => stops.forEach((stop) => stop());
  };

  return {
    ring,
    version,
    sources,
    isLoading,
    problem,
    hydrate,
    reset,
    /** Lines come until the returned function is called by the last who asked. */
    follow: createFollowers(listen),
    /** All that the host holds, as a file's name and text. */
    exportAll: (source: string | undefined, level: LogLevel): Promise<{ filename: string; text: string }> =>
      useBridge().call('logs:export', { level, ...(source !== undefined && { source }) }),
  };
});
