/** After a fault: when do the bytes that the faulty node owed begin to come from elsewhere? */
import { positionOf, type ClientState } from '../../core/client/state.ts';
import type { SessionFault } from './types.ts';

interface Debt {
  sequence: number;
  byte: number;
}

export interface FaultWatch {
  /** `nowMs` since the play command. */
  mark(nodeId: string, state: ClientState, nowMs: number): void;
  handleBytes(nodeId: string, sequence: number, fromByte: number, toByte: number, nowMs: number): void;
  faults(): SessionFault[];
}

export const createFaultWatch = (): FaultWatch => {
  const watched: { fault: SessionFault; debts: Debt[] }[] = [];
  return {
    mark: (nodeId, state, nowMs) => {
      const debts = [...state.requests.values()].filter((request) => request.nodeId === nodeId).map((request) => ({ sequence: request.sequence, byte: positionOf(request) }));
      watched.push({ fault: { nodeId, atMs: nowMs, openCount: debts.length, recoveredMs: null, otherNodeMs: null }, debts });
    },
    handleBytes: (nodeId, sequence, fromByte, toByte, nowMs) => {
      for (const entry of watched) {
        const { fault } = entry;
        if (nodeId === fault.nodeId) {
          // What was under way still comes, so the debt is what comes after it.
          for (const debt of entry.debts) if (debt.sequence === sequence && debt.byte >= fromByte && debt.byte < toByte) debt.byte = toByte;
          continue;
        }
        fault.otherNodeMs ??= nowMs - fault.atMs;
        const hadDebts = entry.debts.length > 0;
        entry.debts = entry.debts.filter((debt) => debt.sequence !== sequence || debt.byte < fromByte || debt.byte >= toByte);
        if (hadDebts && entry.debts.length === 0) fault.recoveredMs = nowMs - fault.atMs;
      }
    },
    faults: () => watched.map(({ fault }) => ({ ...fault })),
  };
};
