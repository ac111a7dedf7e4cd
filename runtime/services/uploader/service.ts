/** Puts the uploader together: sessions from disk, the cluster's other services over HTTP, and the routes. */
import type { PaxosTransport } from '../../client/paxos/transport.ts';
import type { UploaderConfig } from '../../contract/child-config.ts';
import type { Clock } from '../../platform/clock.ts';
import { randomHex } from '../../platform/crypto.ts';
import { createHttpClient } from '../../platform/http/client.ts';
import { createMetrics } from '../../platform/http/metrics.ts';
import { createHttpService } from '../../platform/http/server.ts';
import type { Logger } from '../../platform/log.ts';
import { systemRandom } from '../../platform/random.ts';
import { createByteBudget } from '../shared/byte-budget.ts';
import { createPaxosTransport } from '../shared/paxos-transport.ts';
import { createMetadataClient } from './metadata-client.ts';
import { createNodeDirectory } from './node-directory.ts';
import { replyPatienceMs } from './patience.ts';
import { createPlacer } from './place-chunk.ts';
import { uploaderRoutes } from './routes.ts';
import { createSessionStore } from './session-store.ts';
import { UPLOADS_BYTES_MAX } from './upload-memory.ts';
import { openUploads } from './uploads.ts';

export interface UploaderService {
  port: number;
  url: string;
  activeCount(): number;
  beat(): Record<string, unknown>;
  /** Uploads under way stay on disk as they are and go on at the next start. */
  stop(graceMs: number): Promise<void>;
}

export interface UploaderOptions {
  config: UploaderConfig;
  clock: Clock;
  log: Logger;
  /** Another way to the stores than HTTP, for tests. */
  transport?: PaxosTransport;
}

const PROPOSER_ID_BYTES = 8;

export const createUploader = async ({ config, clock, log, transport }: UploaderOptions): Promise<UploaderService> => {
  const stopper = new AbortController();
  const http = createHttpClient({ secret: config.clusterSecret });
  const metadata = createMetadataClient({ http, url: config.metadataUrl, clock });
  const directory = createNodeDirectory(metadata, clock, stopper.signal);
  // Fresh at every start, as the protocol demands: a restarted uploader is another proposer.
  const proposerId = `uploader-${randomHex(PROPOSER_ID_BYTES)}`;
  const store = await createSessionStore(config.dir, log);
  const metrics = createMetrics();
  const countChunk = metrics.counter('uploader_chunks_total', 'Chunks placed, by outcome.');
  const placer = createPlacer({
    metadata,
    transport: transport ?? createPaxosTransport({ client: http, urlOf: directory.urlOf, timeoutMsFor: replyPatienceMs }),
    proposerId,
    random: systemRandom,
    clock,
    log,
  });
  const uploads = await openUploads({
    store,
    metadata,
    placer: {
      async place(videoId, chunk, grant, signal, onWaiting) {
        // The stores of a grant are looked up once here, so that the first message of an upload does not fail for want of an address.
        if (!transport && grant.stores.some(({ node_id }) => directory.urlOf(node_id) === undefined)) await directory.refresh(signal);
        const placed = await placer.place(videoId, chunk, grant, signal, onWaiting);
        countChunk({ outcome: placed.isComplete ? 'complete' : 'degraded' });
        return placed;
      },
    },
    proposerId,
    budget: createByteBudget(UPLOADS_BYTES_MAX, clock),
    clock,
    log,
    ffmpegPath: config.ffmpegPath,
  });
  metrics.gauge('uploader_active_uploads', 'Uploads under way.', uploads.activeCount);

  const service = await createHttpService({
    routes: uploaderRoutes({ uploads, store, dir: config.dir, isStopping: () => stopper.signal.aborted }),
    log,
    metrics,
    port: config.port,
    host: config.host,
    authentication: config.authentication,
    secret: config.clusterSecret,
    hosts: config.allowedHosts,
    wallMs: clock.wallMs,
  });

  return {
    port: service.port,
    url: service.url,
    activeCount: uploads.activeCount,
    beat: () => ({ activeUploads: uploads.activeCount(), requests: service.requests.read() }),
    async stop(graceMs) {
      stopper.abort();
      const closing = service.close(graceMs);
      await uploads.stop();
      await closing;
      http.close();
    },
  };
};
