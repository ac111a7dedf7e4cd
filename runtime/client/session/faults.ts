/** After a fault: when do the bytes that the faulty node owed begin to come from elsewhere? */
import { positionOf, type ClientState } from '../../core/client/state.ts';
import type { SessionFault } from './types.ts';

/** What a request still had to bring: from … to, exclusive. */
interface Debt {
  sequence: number;
  byte: number;
  readonly toByte: number;
}

interface Watched {
  fault: SessionFault;
  debts: Debt[];
  /** When the latest debt was taken over. */
  takenOverMs: number | null;
}

export interface FaultWatch {
  /** `nowMs` since the play command. */
  mark(nodeId: string, state: ClientState, nowMs: number): void;
  handleBytes(nodeId: string, sequence: number, fromByte: number, toByte: number, nowMs: number): void;
  /** The chunk is there: whatever of it was owed had come from elsewhere before. */
  handleComplete(sequence: number): void;
  faults(): SessionFault[];
}

export const createFaultWatch = (): FaultWatch => {
  const watched: Watched[] = [];

  const keep = (entry: Watched, isOpen: (debt: Debt) => boolean): void => {
    entry.debts = entry.debts.filter(isOpen);
    if (entry.debts.length > 0 || entry.fault.isSettled) return;
    entry.fault.isSettled = true;
    entry.fault.recoveredMs = entry.takenOverMs;
  };

  return {
    mark: (nodeId, state, nowMs) => {
      const debts = [...state.requests.values()]
        .filter((request) => request.nodeId === nodeId)
        .map((request) => ({ sequence: request.sequence, byte: positionOf(request), toByte: request.toByte }));
      watched.push({ fault: { nodeId, atMs: nowMs, openCount: debts.length, isSettled: debts.length === 0, recoveredMs: null, otherNodeMs: null }, debts, takenOverMs: null });
    },
    handleBytes: (nodeId, sequence, fromByte, toByte, nowMs) => {
      for (const entry of watched) {
        const { fault, debts } = entry;
        const isHit = (debt: Debt): boolean => debt.sequence === sequence && debt.byte >= fromByte && debt.byte < toByte;
        if (nodeId === fault.nodeId) {
          // What was under way still comes, so the debt is what comes after it.
          for (const debt of debts) if (isHit(debt)) debt.byte = toByte;
          keep(entry, (debt) => debt.byte < debt.toByte);
          continue;
        }
        fault.otherNodeMs ??= nowMs - fault.atMs;
        if (debts.some(isHit)) entry.takenOverMs = nowMs - fault.atMs;
        keep(entry, (debt) => !isHit(debt));
      }
    },
    handleComplete: (sequence) => {
      for (const entry of watched) keep(entry, (debt) => debt.sequence !== sequence);
    },
    faults: () => watched.map(({ fault }) => ({ ...fault })),
  };
};
