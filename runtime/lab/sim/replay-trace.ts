/** Feeds a trace's inputs to fresh cores and compares every state hash: a trace that replays is a trace of this code. */
import { createAcceptor, initialAcceptorState, mustAbstain, stepAcceptor } from '../../core/chunkpaxos/acceptor.ts';
import type { Acceptor, AcceptorState } from '../../core/chunkpaxos/acceptor.ts';
import type { AcceptorInput, ProposerInput } from '../../core/chunkpaxos/messages.ts';
import { createProposer, stepProposer } from '../../core/chunkpaxos/proposer.ts';
import type { Proposer, ProposerConfig } from '../../core/chunkpaxos/proposer.ts';
import { storeIndexOf } from '../../core/chunkpaxos/quorum.ts';
import type { Rules } from '../../core/chunkpaxos/rules.ts';
import { storeUuid } from './fixtures.ts';
import { stateHash } from './trace.ts';
import type { TraceEvent } from './trace.ts';

interface Restart {
  store_uuid: string;
  lost_through: number;
  records: AcceptorState[];
}

/** The `seq` of the first event whose hash differs, or null; how many hashes were compared. */
export const replayTrace = (events: readonly TraceEvent[], rules: Rules): { differsAt: number | null; comparedCount: number } => {
  const acceptors = new Map<string, Acceptor>();
  const proposers = new Map<string, Proposer>();
  /** What each store is and has lost, since its last restart. */
  const stores = new Map<string, Pick<Restart, 'store_uuid' | 'lost_through'>>();
  let comparedCount = 0;

  const load = (node: string, state: AcceptorState): Acceptor => {
    const { store_uuid, lost_through } = stores.get(node) ?? { store_uuid: storeUuid(Number(node.split('-')[1])), lost_through: -1 };
    const abstains = mustAbstain(state, storeIndexOf(state.grant, store_uuid), lost_through);
    return createAcceptor({ grant: state.grant, storeUuid: store_uuid, state, abstains, rules });
  };
  const restart = (node: string, event: Restart): void => {
    stores.set(node, event);
    for (const key of [...acceptors.keys()]) if (key.startsWith(`${node} `)) acceptors.delete(key);
    for (const state of event.records) acceptors.set(`${node} ${state.grant.chunk_id}.g${state.grant.generation}`, load(node, state));
  };
  const feedStore = (event: TraceEvent): object | null => {
    const key = `${event.node} ${event.chunk}`;
    const input = event.msg as AcceptorInput;
    const known = acceptors.get(key) ?? ('grant' in input ? load(event.node, initialAcceptorState(input.grant)) : undefined);
    if (!known) return null;
    acceptors.set(key, known);
    stepAcceptor(known, input);
    return known.state;
  };
  const feedProposer = (event: TraceEvent): object | null => {
    const input = event.msg as ProposerInput & { config?: ProposerConfig };
    if (input.type === 'START') proposers.set(event.node, createProposer(input.config!));
    const known = proposers.get(event.node);
    if (!known) return null;
    stepProposer(known, input);
    return known;
  };

  for (const event of events) {
    if (event.kind === 'restart') restart(event.node, event.msg as Restart);
    if ((event.kind !== 'recv' && event.kind !== 'timer') || event.stateHash === null) continue;
    const state = event.store !== null ? feedStore(event) : event.node.startsWith('proposer-') ? feedProposer(event) : null;
    if (!state) continue;
    comparedCount += 1;
    if (stateHash(state) !== event.stateHash) return { differsAt: event.seq, comparedCount };
  }
  return { differsAt: null, comparedCount };
};
