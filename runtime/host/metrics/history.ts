/**
 * The record of the last 24 hours, one file for each hour (UTC) in a folder of its own:
 *
 *   samples-2026112305.jsonl       the hour that is being written: appended every 20 s, never changed
 *   samples-2026112304.jsonl.gz    an hour that is over, compressed by the thread pool
 *
 * A crash loses at most the last batch. Files are read one at a time and decoded in slices of a few milliseconds.
 */
import { SECOND_MS } from '../../contract/units.ts';
import type { MetricSample } from '../../contract/control/metrics.ts';
import type { Clock } from '../../platform/clock.ts';
import { compressFile, readCompressedText } from '../../platform/compress.ts';
import { joinPath, listDirectory, makeDirectory, openWriter, readTextFile, removePath } from '../../platform/files.ts';
import type { Logger } from '../../platform/log.ts';
import { createTurns } from '../../platform/turns.ts';
import { meanSample } from '../../core/metrics/thin.ts';
import { createDecoder, encodeSample, headerLine } from './record-format.ts';
import { HISTORY_MS, hourOf, nameOfHour, sampleFiles, type SampleFile } from './record-files.ts';

/** Samples that come closer together, while somebody watches, are recorded as one. */
export const SAMPLE_MS = 2 * SECOND_MS;
/** A timer may fire a little early or late; two samples this close to the pace are not gathered further. */
const SLACK_MS = 250;
/** Few enough writes to let a disk sleep, little enough to lose. */
export const FLUSH_MS = 20 * SECOND_MS;
/** On a disk that takes nothing, memory must not fill up instead: about an hour is kept for better times. */
const PENDING_MAX = 1_800;

export interface History {
  add(sample: MetricSample): void;
  /** Calls back for each sample of [fromMs, toMs], oldest first. @throws the signal's reason */
  read(fromMs: number, toMs: number, visit: (sample: MetricSample) => void, signal?: AbortSignal): Promise<void>;
  /** When the oldest sample that is kept was taken; null while there is none. */
  oldestMs(): Promise<number | null>;
  /** Writes what is pending; nothing may be added afterwards. */
  close(): Promise<void>;
}

export const openHistory = async (folder: string, clock: Clock, log: Logger): Promise<History> => {
  await makeDirectory(folder);
  let gathered: MetricSample[] = [];
  /** Recorded, but not on the disk yet. */
  let pending: MetricSample[] = [];
  let fileBegun = '';
  let cancelFlush: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();
  let oldest: { name: string; atMs: number } | undefined;

  const append = async (samples: readonly MetricSample[]): Promise<void> => {
    for (const [hour, ofHour] of Map.groupBy(samples, ({ atMs }) => hourOf(atMs))) {
      const name = nameOfHour(hour);
      const lines = ofHour.map(encodeSample);
      // Whatever stood there before may end in the middle of a line.
      const head = name === fileBegun ? [] : ['', headerLine];
      const writer = await openWriter(joinPath(folder, name), { append: true });
      try {
        await writer.write(new TextEncoder().encode(`${[...head, ...lines].join('\n')}\n`));
        fileBegun = name;
      } finally {
        await writer.close();
      }
    }
  };

  /** Deletes what is too old and compresses what is over. */
  const tidy = async (): Promise<void> => {
    const nowMs = clock.wallMs();
    for (const file of await sampleFiles(folder)) {
      const path = joinPath(folder, file.name);
      if (file.untilMs <= nowMs - HISTORY_MS) await removePath(path);
      else if (!file.isCompressed && file.untilMs <= nowMs && file.name !== fileBegun) await compressFile(path, `${path}.gz`);
    }
    const names = new Set(await listDirectory(folder));
    // What a crash in the middle of compressing left: half a twin, or a file whose twin is whole.
    for (const name of names) if (name.endsWith('.gz.tmp') || names.has(`${name}.gz`)) await removePath(joinPath(folder, name));
  };

  const write = async (): Promise<void> => {
    const batch = pending;
    const begunBefore = fileBegun;
    try {
      await append(batch);
      pending = pending.slice(batch.length);
      if (fileBegun !== begunBefore) await tidy();
    } catch (error) {
      // What is on the disk now is not known, so the next batch brings its own header.
      fileBegun = '';
      log.warn({ err: error, folder }, 'measurements could not be written; they are kept in memory for now');
      pending = pending.slice(-PENDING_MAX);
    }
  };
  const flush = (): Promise<void> => {
    cancelFlush?.();
    cancelFlush = undefined;
    return (writing = writing.then(write));
  };
  const record = (): void => {
    if (gathered.length === 0) return;
    pending.push(meanSample(gathered));
    gathered = [];
    cancelFlush ??= clock.after(FLUSH_MS, () => void flush());
  };

  const readFile = async ({ name, isCompressed }: SampleFile, visit: (sample: MetricSample) => boolean): Promise<void> => {
    const path = joinPath(folder, name);
    let text: string | undefined;
    try {
      if (!isCompressed) text = await readTextFile(path);
      // An hour that was compressed since the folder was listed stands under its other name.
      text ??= await readCompressedText(isCompressed ? path : `${path}.gz`);
    } catch (error) {
      log.warn({ err: error, path }, 'an hour of measurements cannot be read; it is a gap');
    }
    const decode = createDecoder();
    const giveWay = createTurns();
    for (const line of (text ?? '').split('\n')) {
      const sample = decode(line);
      if (sample && !visit(sample)) return;
      await giveWay();
    }
  };

  await tidy().catch((error: unknown) => log.warn({ err: error, folder }, 'old measurements could not be tidied up'));

  return {
    add(sample) {
      const first = gathered[0];
      if (first && sample.atMs - first.atMs >= SAMPLE_MS - SLACK_MS) record();
      gathered.push(sample);
    },
    async read(fromMs, toMs, visit, signal) {
      // What is pending now may be on the disk a moment later: whatever is not younger than the last visited sample was told.
      await writing;
      const inMemory = [...pending, ...(gathered.length > 0 ? [meanSample(gathered)] : [])];
      const fromDiskUntilMs = inMemory[0]?.atMs ?? Infinity;
      for (const file of await sampleFiles(folder)) {
        if (file.untilMs <= fromMs || file.fromMs > toMs) continue;
        signal?.throwIfAborted();
        await readFile(file, (sample) => {
          if (sample.atMs >= fromMs && sample.atMs <= toMs && sample.atMs < fromDiskUntilMs) visit(sample);
          return sample.atMs <= toMs;
        });
      }
      for (const sample of inMemory) if (sample.atMs >= fromMs && sample.atMs <= toMs) visit(sample);
    },
    async oldestMs() {
      const limitMs = clock.wallMs() - HISTORY_MS;
      for (const file of await sampleFiles(folder)) {
        if (file.name !== oldest?.name) {
          let atMs: number | undefined;
          await readFile(file, (sample) => {
            atMs = sample.atMs;
            return false;
          });
          if (atMs === undefined) continue;
          oldest = { name: file.name, atMs };
        }
        return Math.max(oldest.atMs, limitMs);
      }
      return pending[0]?.atMs ?? gathered[0]?.atMs ?? null;
    },
    async close() {
      record();
      await flush();
    },
  };
};
