/**
 * `ledger.json`: which processes this data folder's host has launched. After a crash of the host the next one reads it and ends what is left,
 * recognised by pid, start time and the nonce on the command line together; a name alone would hit a stranger some day.
 */
import { z } from 'zod';
import { killProcess, isRunning } from '../platform/process/identity.ts';
import type { ProcessIdentity } from '../platform/process/starter.ts';
import { readJsonFile } from '../platform/files.ts';
import { sleep, type Clock } from '../platform/clock.ts';
import { createSavedValue } from './saved-value.ts';

const Entry = z.object({
  pid: z.number().int().positive(),
  startTime: z.string(),
  nonce: z.string().min(8),
  name: z.string(),
  /** Where it listens, once it is known; for people who look into the file. */
  port: z.number().int().nullable(),
});
export type LedgerEntry = z.infer<typeof Entry>;

const LedgerFile = z.object({ version: z.literal(1), entries: z.array(Entry) });

/** A killed process is gone at once, unless the kernel is still writing for it. */
const GONE_MS_MAX = 2000;
const LOOK_AGAIN_MS = 20;

export interface Ledger {
  add(entry: LedgerEntry): void;
  setPort(nonce: string, port: number): void;
  remove(nonce: string): void;
  /** Ends what an earlier host left running; returns those that really ran. */
  reap(): Promise<LedgerEntry[]>;
  settled(): Promise<void>;
}

export interface ProcessTable {
  isRunning(identity: ProcessIdentity, nonce: string): Promise<boolean>;
  kill(pid: number): void;
}

export const systemProcessTable: ProcessTable = { isRunning, kill: killProcess };

/** Reads the ledger; one that cannot be understood holds nothing that could be matched exactly, so it is begun anew. */
export const openLedger = async (path: string, clock: Clock, onError: (error: unknown) => void, table = systemProcessTable): Promise<Ledger> => {
  const parsed = LedgerFile.safeParse(await readJsonFile(path).catch(() => undefined));
  let leftovers = parsed.success ? parsed.data.entries : [];
  const entries = new Map<string, LedgerEntry>();
  const saved = createSavedValue(path, () => ({ version: 1, entries: [...leftovers, ...entries.values()] }), onError);

  const waitUntilGone = async (entry: LedgerEntry): Promise<void> => {
    for (let waitedMs = 0; waitedMs < GONE_MS_MAX && (await table.isRunning(entry, entry.nonce)); waitedMs += LOOK_AGAIN_MS) {
      await sleep(clock, LOOK_AGAIN_MS);
    }
  };

  return {
    add(entry) {
      entries.set(entry.nonce, entry);
      saved.save();
    },
    setPort(nonce, port) {
      const entry = entries.get(nonce);
      if (!entry || entry.port === port) return;
      entries.set(nonce, { ...entry, port });
      saved.save();
    },
    remove(nonce) {
      if (entries.delete(nonce)) saved.save();
    },
    async reap() {
      const running = await Promise.all(leftovers.map(async (entry) => ((await table.isRunning(entry, entry.nonce)) ? [entry] : [])));
      const reaped = running.flat();
      for (const { pid } of reaped) table.kill(pid);
      await Promise.all(reaped.map(waitUntilGone));
      if (leftovers.length > 0) {
        leftovers = [];
        saved.save();
      }
      return reaped;
    },
    settled: () => saved.settled(),
  };
};
