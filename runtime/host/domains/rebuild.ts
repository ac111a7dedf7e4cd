/** `metadata:rebuild`: the cluster is launched anew with a metadata service that reads the database back from the nodes. */
import { VStackError } from '../../contract/errors.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { RebuildStatus } from '../../contract/wire/metadata.ts';
import { sleep, type Clock } from '../../platform/clock.ts';
import { randomHex } from '../../platform/crypto.ts';
import type { LaunchRequest } from '../../supervisor/child-configs.ts';
import type { Supervisor } from '../../supervisor/api.ts';
import type { Handlers } from '../dispatcher.ts';
import type { Services } from '../services.ts';

const LOOK_AGAIN_MS = 200;

/** Once every running node has answered, one that is down is waited for this long; after that the result is provisional. */
const MISSING_MS_MAX = 3 * SECOND_MS;

export interface RebuildParts {
  supervisor: Supervisor;
  services: Services;
  clock: Clock;
  /** The launch to repeat: the last one, or what the settings say. */
  request(): Promise<LaunchRequest>;
}

const withRebuild = (request: LaunchRequest, rebuildId: string): LaunchRequest => ({
  ...request,
  tuning: { ...request.tuning, metadata: { ...request.tuning?.metadata, rebuildId } },
});

export const rebuildHandlers = ({ supervisor, services, clock, request }: RebuildParts) => {
  const areAllRunningNodesIn = ({ nodes_answered: answered }: RebuildStatus): boolean =>
    supervisor
      .status()
      .children.filter(({ role, phase }) => role === 'storage-node' && (phase === 'ready' || phase === 'degraded'))
      .every(({ name }) => answered.includes(name));

  const untilRead = async (signal: AbortSignal): Promise<RebuildStatus> => {
    let patienceEndsMs = Infinity;
    for (;;) {
      const status = await services.metadata('/rebuild', { signal }, RebuildStatus);
      if (status.state === 'done') return status;
      if (status.state === 'none') throw new VStackError('internal', 'The metadata service was told to rebuild its database and knows nothing of it. Its log says more.');
      if (!areAllRunningNodesIn(status)) patienceEndsMs = Infinity;
      else if (patienceEndsMs === Infinity) patienceEndsMs = clock.nowMs() + MISSING_MS_MAX;
      if (clock.nowMs() >= patienceEndsMs) return status;
      await sleep(clock, LOOK_AGAIN_MS, signal);
    }
  };

  return {
    'metadata:rebuild': async (_input, { signal }) => {
      const again = await request();
      await supervisor.stop();
      await supervisor.launch(withRebuild(again, randomHex(8)), signal);
      const { videos, chunks, state } = await untilRead(signal);
      return { videos, chunks, provisional: state !== 'done' };
    },
  } satisfies Partial<Handlers>;
};
