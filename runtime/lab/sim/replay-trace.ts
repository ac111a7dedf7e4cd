/** Feeds a trace's inputs to fresh cores and compares every state hash: a trace that replays is a trace of this code. */
import { createAcceptor, mustAbstain, stepAcceptor } from '../../core/chunkpaxos/acceptor.ts';
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
  const uuids = new Map<string, string>();
  let comparedCount = 0;

  const restart = (node: string, { store_uuid, lost_through, records }: Restart): void => {
    uuids.set(node, store_uuid);
    for (const key of [...acceptors.keys()]) if (key.startsWith(`${node} `)) acceptors.delete(key);
    for (const state of records) {
      const { grant } = state;
      const abstains = mustAbstain(state, storeIndexOf(grant, store_uuid), lost_through);
      acceptors.set(`${node} ${grant.chunk_id}.g${grant.generation}`, createAcceptor({ grant, storeUuid: store_uuid, state, abstains, rules }));
    }
  };
  const feedStore = (event: TraceEvent): object | null => {
    const key = `${event.node} ${event.chunk}`;
    const input = event.msg as AcceptorInput;
    const uuid = uuids.get(event.node) ?? storeUuid(Number(event.node.split('-')[1]));
    const known = acceptors.get(key) ?? ('grant' in input ? createAcceptor({ grant: input.grant, storeUuid: uuid, rules }) : undefined);
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
