/**
 * A run as NDJSON, one event per core step: `{v, run, seq, node, store, vc, wallNs, kind, chunk, msgId, msg, stateHash}`. `vc` is a vector clock
 * (a ShiViz log needs nothing more), `stateHash` is of the state after the step: replaying the same seed gives the same hashes. Time does not
 * exist in the simulator, so `wallNs` counts events, a microsecond each.
 */
import { CHUNK_ID } from './fixtures.ts';
import { METADATA, nameOf } from './messages.ts';
import type { Envelope } from './messages.ts';
import type { Proposer } from '../../core/chunkpaxos/proposer.ts';

export type TraceKind =
  | 'send' | 'recv' | 'drop' | 'duplicate' | 'delay' | 'timer' | 'persist' | 'crash' | 'restart' | 'chosen' | 'commit' | 'violation';

export interface TraceEvent {
  v: 1;
  run: string;
  seq: number;
  node: string;
  store: string | null;
  vc: Record<string, number>;
  wallNs: number;
  kind: TraceKind;
  chunk: string;
  msgId: number;
  msg: unknown;
  stateHash: string | null;
}

/** FNV-1a, 32 bits, of the state's JSON: enough to tell that two replays differ, and the same in every engine. */
export const stateHash = (state: unknown): string => {
  const text = JSON.stringify(state);
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
};

export class TraceRecorder {
  readonly events: TraceEvent[] = [];
  private readonly clocks = new Map<string, Record<string, number>>();
  private readonly sentClocks = new Map<number, Record<string, number>>();
  private readonly run: string;

  constructor(run: string) {
    this.run = run;
  }

  /** Something happened at `address` that is no input of a core. */
  event(kind: TraceKind, address: number, generation: number, msg: unknown): void {
    this.push(kind, address, 0, generation, msg, null);
  }

  message(kind: 'send' | 'drop' | 'duplicate' | 'delay', address: number, { id, message, generation }: Envelope): void {
    const clock = this.push(kind, address, id, generation, message, null);
    if (kind === 'send') this.sentClocks.set(id, clock);
  }

  /** A core was fed `input`, and `state` is what it is now. A START tells the configuration, so that a replay can begin where this did. */
  input(address: number, generation: number, msgId: number, input: { type: string }, state: object): void {
    const clock = this.clockOf(nameOf(address));
    for (const [node, tick] of Object.entries(this.sentClocks.get(msgId) ?? {})) clock[node] = Math.max(clock[node] ?? 0, tick);
    const msg = input.type === 'START' ? { ...input, config: (state as Proposer).config } : input;
    this.push(input.type === 'TIMER' ? 'timer' : 'recv', address, msgId, generation, msg, state);
  }

  private clockOf(node: string): Record<string, number> {
    const known = this.clocks.get(node);
    if (known) return known;
    const clock: Record<string, number> = {};
    this.clocks.set(node, clock);
    return clock;
  }

  private push(kind: TraceKind, address: number, msgId: number, generation: number, msg: unknown, state: unknown): Record<string, number> {
    const node = nameOf(address);
    const clock = this.clockOf(node);
    clock[node] = (clock[node] ?? 0) + 1;
    const seq = this.events.length;
    this.events.push({
      v: 1,
      run: this.run,
      seq,
      node,
      store: address < METADATA ? node : null,
      vc: { ...clock },
      wallNs: seq * 1000,
      kind,
      chunk: `${CHUNK_ID}.g${Math.max(0, generation)}`,
      msgId,
      msg,
      stateHash: state === null ? null : stateHash(state),
    });
    return { ...clock };
  }
}
