/**
 * What happened, kept in memory and on disk (`happenings.jsonl`: one JSON line each, after a line that names the version), so that a reload, a
 * second window and the next start tell the same. The file is appended, and written anew with the youngest once it has grown to twice as many.
 */
import { z } from 'zod';
import { Happening } from '../../contract/control/happenings.ts';
import type { EventData } from '../../contract/control/index.ts';
import { SECOND_MS } from '../../contract/units.ts';
import type { Clock } from '../../platform/clock.ts';
import { directoryOf, makeDirectory, openWriter, readTextFile, renamePath } from '../../platform/files.ts';
import type { Logger } from '../../platform/log.ts';
import type { News } from './changes.ts';

/** Weeks of a quiet cluster, an afternoon of a chaos run; half a megabyte. */
export const HAPPENINGS_KEPT = 2_000;
/** Several at once become one write. */
const FLUSH_MS = SECOND_MS;
/** A text that quotes an error may be long; a line of a list is not. */
const TEXT_CHARS_MAX = 1_000;

const FORMAT_VERSION = 1;
const Header = z.object({ format: z.literal('vstack-happenings'), version: z.literal(FORMAT_VERSION) });
const headerLine = JSON.stringify({ format: 'vstack-happenings', version: FORMAT_VERSION } satisfies z.infer<typeof Header>);

export interface HappeningStore {
  add(...news: News[]): void;
  /** Youngest first. */
  list(options: { sinceMs?: number | undefined; limit: number }): Happening[];
  /** Writes what is pending. */
  close(): Promise<void>;
}

export interface HappeningStoreOptions {
  file: string;
  clock: Clock;
  log: Logger;
  emit(data: EventData<'events:added'>): void;
}

const parseLine = (line: string): Happening[] => {
  try {
    return [Happening.parse(JSON.parse(line))];
  } catch {
    return []; // Torn by a crash, or a kind that only a newer program knows.
  }
};

const isOurs = (firstLine: string | undefined): boolean => {
  try {
    return Header.safeParse(JSON.parse(firstLine ?? '')).success;
  } catch {
    return false;
  }
};

export const openHappenings = async ({ file, clock, log, emit }: HappeningStoreOptions): Promise<HappeningStore> => {
  await makeDirectory(directoryOf(file));
  const [first, ...lines] = ((await readTextFile(file)) ?? '').split('\n');
  let kept = isOurs(first) ? lines.flatMap(parseLine).slice(-HAPPENINGS_KEPT) : [];
  let nextId = (kept.at(-1)?.id ?? 0) + 1;
  /** Infinity: the file is not there, of another version or may be torn, and is written anew first. */
  let fileCount = Infinity;
  let pending: Happening[] = [];
  let cancelFlush: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();

  const writeAnew = async (): Promise<void> => {
    const temporary = `${file}.tmp`;
    const written = kept;
    const writer = await openWriter(temporary);
    await writer.write(new TextEncoder().encode(`${[headerLine, ...written.map((each) => JSON.stringify(each))].join('\n')}\n`)).finally(() => writer.close());
    await renamePath(temporary, file);
    fileCount = written.length;
  };
  const append = async (batch: readonly Happening[]): Promise<void> => {
    const writer = await openWriter(file, { append: true });
    await writer.write(new TextEncoder().encode(batch.map((each) => `${JSON.stringify(each)}\n`).join(''))).finally(() => writer.close());
    fileCount += batch.length;
  };
  const write = async (): Promise<void> => {
    const batch = pending;
    pending = [];
    if (batch.length === 0) return;
    try {
      await (fileCount + batch.length > 2 * HAPPENINGS_KEPT ? writeAnew() : append(batch));
    } catch (error) {
      fileCount = Infinity;
      log.warn({ err: error, file }, 'what happened could not be written down; it is kept in memory');
    }
  };
  const flush = (): Promise<void> => {
    cancelFlush?.();
    cancelFlush = undefined;
    return (writing = writing.then(write));
  };

  return {
    add(...news) {
      if (news.length === 0) return;
      const events = news.map((each): Happening => ({ ...each, text: each.text.slice(0, TEXT_CHARS_MAX), id: nextId++, atMs: clock.wallMs() }));
      kept = [...kept, ...events].slice(-HAPPENINGS_KEPT);
      pending.push(...events);
      cancelFlush ??= clock.after(FLUSH_MS, () => void flush());
      emit({ events });
    },
    list: ({ sinceMs = 0, limit }) => kept.filter(({ atMs }) => atMs >= sinceMs).slice(-limit).reverse(),
    close: flush,
  };
};
