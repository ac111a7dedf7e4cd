/**
 * Faults that can be switched on and off while a disk is in use: what chaos asks of a running node. The random source is an input, so a
 * seeded chaos run repeats.
 */
import type { Random } from '../random.ts';
import type { DiskCall, DiskOperation, Fault } from './faulty-disk.ts';

export interface FaultRule {
  fault: 'slow' | 'EIO' | 'ENOSPC' | 'torn' | 'flip' | 'syncLost';
  /** @default the operations that can show this fault */
  operations?: readonly DiskOperation[];
  /** Share of the fitting calls that fail, 0–1. @default 1 */
  share?: number;
  /** For slow. @default 100 */
  delayMs?: number;
  /** The rule ends after this many faults. @default no end */
  count?: number;
}

export interface FaultPlan {
  /** Adds a rule; the returned function takes it back. */
  add(rule: FaultRule): () => void;
  clear(): void;
  /** Faults caused so far. */
  faultCount(): number;
  /** For `createFaultyDisk`. */
  decide(call: DiskCall): Fault | undefined;
}

const DELAY_MS_DEFAULT = 100;
/** Bits of the first 64 KiB: headers and payload alike. */
const FLIP_BITS = 8 * 64 * 1024;

const fittingOperations: Record<FaultRule['fault'], readonly DiskOperation[]> = {
  slow: ['read', 'write', 'sync'],
  EIO: ['read', 'write', 'sync'],
  ENOSPC: ['write', 'create'],
  torn: ['write'],
  flip: ['read'],
  syncLost: ['sync'],
};

export const createFaultPlan = (random: Random): FaultPlan => {
  const rules = new Set<{ rule: FaultRule; left: number }>();
  let faultCount = 0;

  const toFault = (rule: FaultRule): Fault => {
    switch (rule.fault) {
      case 'slow':
        return { kind: 'slow', delayMs: rule.delayMs ?? DELAY_MS_DEFAULT };
      case 'torn':
        return { kind: 'torn', share: random(), code: 'EIO' };
      case 'flip':
        return { kind: 'flip', bitIndex: Math.floor(random() * FLIP_BITS) };
      case 'syncLost':
        return { kind: 'syncLost' };
      default:
        return { kind: 'error', code: rule.fault };
    }
  };

  return {
    add: (rule) => {
      const entry = { rule, left: rule.count ?? Infinity };
      rules.add(entry);
      return () => void rules.delete(entry);
    },
    clear: () => rules.clear(),
    faultCount: () => faultCount,
    decide: (call) => {
      for (const entry of rules) {
        const { rule } = entry;
        if (!(rule.operations ?? fittingOperations[rule.fault]).includes(call.operation)) continue;
        if (random() >= (rule.share ?? 1)) continue;
        if (--entry.left <= 0) rules.delete(entry);
        faultCount++;
        return toFault(rule);
      }
      return undefined;
    },
  };
};
