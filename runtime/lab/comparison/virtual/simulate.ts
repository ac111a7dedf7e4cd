/**
 * One session in virtual time: the very code that plays in real time (runtime/client/session), over a simulated clock, simulated nodes and the
 * emulator's own link model. The same seed gives the same session, on every machine.
 */
import { createCountedChunk } from '../../../client/assembly.ts';
import { startPlaySession } from '../../../client/session/play-session.ts';
import type { SessionResult } from '../../../client/session/types.ts';
import type { ComparisonSession } from '../../../contract/comparison.ts';
import { VStackError } from '../../../contract/errors.ts';
import type { LabInput } from '../../../contract/lab-worker.ts';
import { SECOND_MS } from '../../../contract/units.ts';
import { truthOf, type LinkTruth } from '../../../core/client/truth.ts';
import { baseLinkOf, victimLinkOf } from '../conditions.ts';
import { recordOf } from '../record.ts';
import { createVirtualClock } from './clock.ts';
import { createVirtualLink, type VirtualLink } from './link-line.ts';
import { createVirtualNode, type VirtualNode } from './node.ts';
import { createVirtualTransport } from './transport.ts';

/** Links of one session draw apart from each other. */
const SEEDS_PER_SESSION = 64;
/** A session takes some ten thousand; one that takes so many goes round in circles. */
const STEPS_MAX = 20_000_000;

interface Place {
  node: VirtualNode;
  link: VirtualLink;
}

export const simulateSession = async ({ session, condition, sessionSec, nodeIds, manifest }: LabInput<'simulate'>): Promise<ComparisonSession> => {
  const { client: kind, seed, victimId, faultAtMs } = session;
  const clock = createVirtualClock();
  const places = new Map<string, Place>(
    nodeIds.map((nodeId, index) => {
      const node = createVirtualNode(clock);
      return [nodeId, { node, link: createVirtualLink(baseLinkOf(condition), seed * SEEDS_PER_SESSION + index, node, clock) }];
    }),
  );
  const truth = (): LinkTruth[] => [...places].map(([nodeId, { node, link }]) => ({ ...truthOf(nodeId, link.settings()), ...(node.state !== 'up' && { isReachable: false }) }));

  const strike = (): void => {
    const victim = places.get(victimId ?? '');
    const action = condition.fault?.action;
    if (!victim || !action) return;
    if (action.kind === 'kill') victim.node.kill();
    else if (action.kind === 'pause') victim.node.freeze();
    else victim.link.set(victimLinkOf(condition)!);
  };

  if (faultAtMs === 0) strike();
  const played = startPlaySession({
    kind, manifest, clock, seed, openAssembly: createCountedChunk, limitMs: sessionSec * SECOND_MS, truth: truth(),
    transport: createVirtualTransport(new Map([...places].map(([nodeId, { link }]) => [nodeId, link])), clock),
  });
  let bufferSecAtFault: number | null = null;
  if (faultAtMs !== null && faultAtMs > 0 && victimId !== null) {
    clock.after(faultAtMs, () => {
      bufferSecAtFault = played.now().bufferSec;
      played.markFault(victimId);
      strike();
      played.setTruth(truth());
    });
  }

  let result: SessionResult | undefined;
  void played.result.then((told) => (result = told));
  for (let steps = 0; result === undefined; steps++) {
    if (!clock.step() || steps > STEPS_MAX) throw new VStackError('internal', `The simulated session of ${kind} with seed ${seed} did not come to its end.`);
    // What the session promised itself is kept before the next thing happens.
    await Promise.resolve();
  }
  return recordOf({ session, condition, result, startedAtMs: 0, bufferSecAtFault });
};
