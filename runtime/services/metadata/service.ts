/** Puts the metadata service together: database, nodes, background, HTTP. Knows nothing of how its process was started. */
import { METADATA_AGENT } from '../../contract/beat-details.ts';
import { VStackError } from '../../contract/errors.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { randomHex } from '../../platform/crypto.ts';
import { createHttpClient } from '../../platform/http/client.ts';
import { createMetrics } from '../../platform/http/metrics.ts';
import { createHttpService } from '../../platform/http/server.ts';
import type { Logger } from '../../platform/log.ts';
import { systemRandom, type Random } from '../../platform/random.ts';
import { createBackground, type Background } from './background.ts';
import type { Context } from './context.ts';
import { collectDeleted } from './collection.ts';
import { endAbandoned, endGrace } from './deletion.ts';
import { createKeys } from './keys.ts';
import { createLearnQueue, type LearnQueue } from './learn.ts';
import { createLostDatabaseCheck } from './lost-database.ts';
import { createManifestSettle } from './manifest-settle.ts';
import { createVideoLocks } from './manifest-versions.ts';
import { createNodeRegistry } from './nodes.ts';
import { createRebuild, type Rebuild } from './rebuild.ts';
import { createRecovery, type Recovery } from './recovery.ts';
import { createRepair } from './repair.ts';
import { chunkRoutes } from './routes/chunks.ts';
import { infoRoutes } from './routes/info.ts';
import { nodeRoutes } from './routes/nodes.ts';
import { videoRoutes } from './routes/videos.ts';
import type { MetadataSettings } from './settings.ts';
import { countJobs } from './store/jobs.ts';
import { getMeta } from './store/meta.ts';
import { openMetadataDatabase } from './store/open.ts';
import { touchUploading } from './store/videos.ts';

const INCARNATION_BYTES = 8;
const PROPOSER_ID_BYTES = 8;

/** What the routes work with. */
export interface Service {
  context: Context;
  learns: LearnQueue;
  recovery: Recovery;
  rebuild: Rebuild;
  background: Background;
  lock: ReturnType<typeof createVideoLocks>;
}

export interface MetadataService {
  port: number;
  url: string;
  /** Where the database before a rebuild was put. */
  setAside: string | undefined;
  /** The supervisor's word that a node died. */
  markNodeDown(nodeId: string, reason: string): Promise<void>;
  /** One round of background work, then whatever LEARNs it caused. For tests and the soak. */
  sweepNow(): Promise<void>;
  beat(): Record<string, unknown>;
  close(graceMs?: number): Promise<void>;
}

export interface MetadataServiceDeps {
  log: Logger;
  clock?: Clock;
  random?: Random;
}

/** Starts serving. Throws `corrupt` or `not_supported` when the database must not be touched, `port_in_use` when the port is taken. */
export const startMetadataService = async (settings: MetadataSettings, deps: MetadataServiceDeps): Promise<MetadataService> => {
  const { log, clock = systemClock, random = systemRandom } = deps;
  const { db, setAside, previousNodeIds } = openMetadataDatabase({
    dir: settings.dir,
    newIncarnation: randomHex(INCARNATION_BYTES),
    rebuildId: settings.rebuildId,
    wallMs: clock.wallMs(),
  });
  touchUploading(db, clock.wallMs());
  const stopper = new AbortController();
  const client = createHttpClient({ agentName: METADATA_AGENT, ...(settings.authentication === 'on' && { secret: settings.clusterSecret }) });
  const context: Context = {
    db,
    settings,
    clock,
    random,
    log,
    client,
    keys: createKeys(settings),
    nodes: createNodeRegistry(db, clock, settings),
    incarnation: getMeta(db, 'incarnation')!,
    proposerId: `metadata-${randomHex(PROPOSER_ID_BYTES)}`,
    signal: stopper.signal,
    assertWritable() {
      if (!rebuild.isRunning()) return;
      const missing = rebuild.status().nodes_missing.join(', ') || 'the nodes to register';
      throw new VStackError('read_only', `The database is being rebuilt and read-only until every node has answered; waiting for ${missing}.`);
    },
  };
  const rebuild = createRebuild(context, [...settings.expectedNodeIds, ...previousNodeIds], settings.nodeDownMs);
  const learns = createLearnQueue(context);
  const lock = createVideoLocks();
  const manifests = createManifestSettle(context, learns, lock);
  const recovery = createRecovery(context, learns, manifests.request);
  const repair = createRepair(context, learns);
  const background = createBackground(
    context,
    {
      lostDatabase: createLostDatabaseCheck(context),
      recover: () => recovery.sweep(),
      settle: () => manifests.sweep(),
      abandon: () => endAbandoned(context, learns, lock),
      endGrace: () => endGrace(context, learns, lock),
      learn: () => learns.sweep(),
      repair: () => repair.sweep(),
      collect: () => collectDeleted(context),
      forget: () => context.nodes.forgetStrangers(),
    },
    () => rebuild.isRunning(),
  );
  const service: Service = { context, learns, recovery, rebuild, background, lock };

  const metrics = createMetrics();
  metrics.gauge('metadata_nodes', 'Storage nodes by status.', () => Object.entries(context.nodes.summary()).map(([status, count]) => [{ status }, count]));
  metrics.gauge('metadata_jobs', 'Jobs that wait or are under way.', () => (['repair', 'collect', 'learn'] as const).map((kind) => [{ kind }, countJobs(db, kind)]));

  const closeAll = async (): Promise<void> => {
    stopper.abort(new VStackError('cancelled', 'The metadata service is stopping.'));
    await background.stop();
    await learns.idle();
    await rebuild.idle();
    client.close();
    db.close();
  };

  const http = await createHttpService({
    routes: [...infoRoutes(service), ...videoRoutes(service), ...chunkRoutes(service), ...nodeRoutes(service)],
    log,
    metrics,
    port: settings.port,
    host: settings.host,
    authentication: settings.authentication,
    secret: settings.clusterSecret,
    urlKey: settings.urlKey,
    hosts: settings.allowedHosts,
    wallMs: clock.wallMs,
  }).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });

  return {
    port: http.port,
    url: http.url,
    setAside,
    markNodeDown: context.nodes.markDown,
    async sweepNow() {
      await background.sweepNow();
      await learns.idle();
    },
    beat: () => ({ requests: http.requests.read(), ...(rebuild.isRunning() && { degraded: 'the database is being rebuilt' }) }),
    async close(graceMs) {
      await http.close(graceMs);
      await closeAll();
    },
  };
};
