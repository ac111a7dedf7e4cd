/**
 * Fault points for tests and chaos: the supervisor's IPC call `disk-faults` sets which disk calls of this node fail, and how. Over HTTP
 * nobody can reach them. Also the place where disk calls are counted, since every one of them passes here.
 */
import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import type { Disk } from '../../platform/disk/disk.ts';
import { createFaultyDisk, type DiskCall, type Fault } from '../../platform/disk/faulty-disk.ts';

const Effect = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('error'), code: z.enum(['EIO', 'ENOSPC']) }),
  z.object({ kind: z.literal('torn'), share: z.number().min(0).max(1), code: z.enum(['EIO', 'ENOSPC']) }),
  z.object({ kind: z.literal('short'), share: z.number().min(0).max(1) }),
  z.object({ kind: z.literal('flip'), bitIndex: z.number().int().nonnegative() }),
  z.object({ kind: z.literal('slow'), delayMs: z.number().nonnegative() }),
  z.object({ kind: z.literal('syncLost') }),
]);

/** One rule: which calls fail, how, and how often. */
export const DiskFault = z.object({
  operations: z.array(z.enum(['open', 'create', 'rename', 'unlink', 'syncDirectory', 'read', 'write', 'sync', 'truncate'])).min(1),
  /** Only paths that contain this. @default every path */
  pathPart: z.string().default(''),
  /** After so many calls the rule is used up. @default never */
  count: z.number().int().positive().optional(),
  effect: Effect,
});
export type DiskFault = z.infer<typeof DiskFault>;

/** Input of the call `disk-faults`: replaces all rules; an empty list heals the disk. */
export const DiskFaultsInput = z.object({ faults: z.array(DiskFault).max(32) });

export interface FaultPoints {
  disk: Disk;
  /** Replaces all rules. */
  set(faults: readonly DiskFault[]): void;
  readonly syncCount: number;
  readonly failedCount: number;
}

export const createFaultPoints = (inner: Disk, clock: Clock): FaultPoints => {
  let rules: { fault: DiskFault; leftCount: number }[] = [];
  let syncCount = 0;
  let failedCount = 0;

  const decide = ({ operation, path }: DiskCall): Fault | undefined => {
    if (operation === 'sync') syncCount += 1;
    if (rules.length === 0) return undefined;
    const rule = rules.find(
      ({ fault, leftCount }) => leftCount > 0 && (fault.operations as string[]).includes(operation) && path.includes(fault.pathPart),
    );
    if (!rule) return undefined;
    rule.leftCount -= 1;
    failedCount += 1;
    return rule.fault.effect;
  };

  return {
    disk: createFaultyDisk(inner, { decide, clock }),
    set: (faults) => void (rules = faults.map((fault) => ({ fault, leftCount: fault.count ?? Infinity }))),
    get syncCount() {
      return syncCount;
    },
    get failedCount() {
      return failedCount;
    },
  };
};
