/** `metadata:rebuild`: the cluster is launched anew with a metadata service that reads the database back from the nodes. */
import { VStackError } from '../../contract/errors.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { MetadataStats, RebuildStatus } from '../../contract/wire/metadata.ts';
import { sleep, type Clock } from '../../platform/clock.ts';
import { randomHex } from '../../platform/crypto.ts';
import type { LaunchRequest } from '../../supervisor/child-configs.ts';
import type { Supervisor } from '../../supervisor/api.ts';
import { loadTopology } from '../../supervisor/topology.ts';
import type { Handlers } from '../dispatcher.ts';
import type { Services } from '../services.ts';

const LOOK_AGAIN_MS = 200;
const REBUILD_ID_BYTES = 8;

/** Once every running node has answered, one that is down is waited for this long; after that the result is provisional. */
const MISSING_MS_MAX = 3 * SECOND_MS;

export interface RebuildParts {
  supervisor: Supervisor;
  services: Services;
  clock: Clock;
  /** The launch to repeat: the last one, or what the settings say. */
  request(): Promise<LaunchRequest>;
}

/** Every node of the cluster must answer, running or not: what only a missing one knows would else be lost. */
const withRebuild = async (request: LaunchRequest, { paths }: Supervisor): Promise<LaunchRequest> => {
  const { nodes } = await loadTopology(paths.topologyFile);
  if (nodes.length === 0) throw new VStackError('not_running', 'There is no cluster in this data folder yet, so there is nothing to rebuild from. Launch one first.');
  const metadata = { ...request.tuning?.metadata, rebuildId: randomHex(REBUILD_ID_BYTES), expectedNodeIds: nodes.map(({ nodeId }) => nodeId) };
  return { ...request, tuning: { ...request.tuning, metadata } };
};

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
      // While nobody is missing it is still reading or restoring, however long that takes.
      if (status.nodes_missing.length === 0 || !areAllRunningNodesIn(status)) patienceEndsMs = Infinity;
      else if (patienceEndsMs === Infinity) patienceEndsMs = clock.nowMs() + MISSING_MS_MAX;
      if (clock.nowMs() >= patienceEndsMs) return status;
      await sleep(clock, LOOK_AGAIN_MS, signal);
    }
  };

  return {
    'metadata:rebuild': async (_input, { signal }) => {
      const again = await withRebuild(await request(), supervisor);
      await supervisor.stop();
      await supervisor.launch(again, signal);
      const { state } = await untilRead(signal);
      // The rebuild itself also counts what was found to be deleted; the person asks for what is there again.
      const { total_videos: videos, total_chunks: chunks } = await services.metadata('/stats', { signal }, MetadataStats);
      return { videos, chunks, provisional: state !== 'done' };
    },
  } satisfies Partial<Handlers>;
};
