/**
 * A storage node put together: store, acceptor, HTTP, and its link to the metadata service.
 *
 *   HTTP routes ──▶ chunks ──────────▶ book ──▶ store (log) ──▶ disk
 *        └────────▶ acceptor shell ───▶ book ──▶ store
 *                        └── recover ──▶ metadata link ──▶ metadata service
 */
import { METADATA_AGENT } from '../../contract/beat-details.ts';
import type { StorageNodeConfig } from '../../contract/child-config.ts';
import { DEGRADED_DETAIL } from '../../contract/child.ts';
import { MIB, SECOND_MS } from '../../contract/units.ts';
import { VERSION } from '../../contract/version.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { storeKeyOf } from '../../platform/crypto.ts';
import type { Disk } from '../../platform/disk/disk.ts';
import { nodeDisk } from '../../platform/disk/node-disk.ts';
import { createHttpClient, type HttpClient } from '../../platform/http/client.ts';
import { createMetrics } from '../../platform/http/metrics.ts';
import { createHttpService } from '../../platform/http/server.ts';
import type { Logger } from '../../platform/log.ts';
import { createChunkBook } from './acceptor/book.ts';
import { createDamageWatch } from './acceptor/damage.ts';
import { createAcceptorShell } from './acceptor/shell.ts';
import { createTimers } from './acceptor/timers.ts';
import { createVerifier } from './acceptor/verify.ts';
import { createBufferPool } from './buffer-pool.ts';
import { createByteBudget } from '../shared/byte-budget.ts';
import { createChunks } from './chunks.ts';
import type { Store, StoreSettings } from './engine/types.ts';
import { createFaultPoints, DiskFaultsInput } from './faults.ts';
import { chunkRoutes } from './http/chunk-routes.ts';
import { listingRoutes } from './http/listing-routes.ts';
import { paxosRoutes } from './http/paxos-routes.ts';
import { createSpool } from './http/spool.ts';
import { statusRoutes } from './http/status-routes.ts';
import { createMetadataLink, type MetadataLink } from './metadata-link.ts';
import { createNodeMetrics } from './metrics.ts';
import { chunkIdsOf, openNodeStore } from './node-store.ts';
import { conditionOf, roundPercent } from './status.ts';
import { sweepRecords } from './sweep.ts';

/** Bodies being received and written: 24 chunks of 2 MiB, 6 of the largest. */
const BODY_BYTES_MAX = 48 * MIB;
/** Chunks being read and sent the fast way: 16 of 2 MiB at once, which keeps disk, CPU and socket busy. Half of what the store may lend:
 * beyond that it gives idle memory back to the system, and would allocate it anew all the time. */
const FAST_READ_BYTES_MAX = 32 * MIB;
/** Copies for slow readers, 64 KiB each and counted only while they move. */
const SLOW_READ_BYTES_MAX = 8 * MIB;
/** The scrub and compaction read beside them. */
const STORE_READ_BYTES_MAX = 64 * MIB;

export interface NodeOptions {
  log: Logger;
  clock?: Clock;
  disk?: Disk;
  storeSettings?: Partial<StoreSettings>;
  /** Tells the supervisor. */
  emit?(name: string, data: unknown): void;
}

export interface StorageNode {
  port: number;
  url: string;
  store: Store;
  details: Record<string, unknown>;
  beat(): Record<string, unknown>;
  calls: Record<string, (input: unknown) => unknown>;
  stop(graceMs: number): Promise<void>;
}

/** Rejects with the store's or the port's failure; everything opened until then is closed again. */
export const startStorageNode = async (config: StorageNodeConfig, options: NodeOptions): Promise<StorageNode> => {
  const { log, clock = systemClock, emit = () => {} } = options;
  const faults = createFaultPoints(options.disk ?? nodeDisk, clock);
  const metrics = createMetrics();
  const nodeMetrics = createNodeMetrics(metrics);
  const stopping = new AbortController();

  let link: MetadataLink | undefined;
  const store = await openNodeStore(config, {
    disk: faults.disk,
    log,
    emit,
    settings: { readBufferBytesMax: STORE_READ_BYTES_MAX, ...options.storeSettings },
    onEvent: nodeMetrics.storeEvent,
    onRot: (chunkIds) => link?.reportDamage(chunkIds),
  });
  const closers: (() => Promise<void> | void)[] = [() => store.close()];
  const closeAll = async (): Promise<void> => {
    for (let close = closers.pop(); close; close = closers.pop()) await close();
  };

  try {
    nodeMetrics.countCommits(store);
    const spool = await createSpool(faults.disk, `${config.dir}/spool`);
    const bodies = createByteBudget(BODY_BYTES_MAX, clock);
    const fast = createByteBudget(FAST_READ_BYTES_MAX, clock);
    const slow = createByteBudget(SLOW_READ_BYTES_MAX, clock);
    const intake = { budget: bodies, pool: createBufferPool(BODY_BYTES_MAX), spool, clock };
    nodeMetrics.watch({ store, faults, bodies, reads: fast, slowReads: slow, spooled: () => spool.fileCount });

    const verifier = createVerifier({
      grantKey: config.grantKey,
      storeKey: storeKeyOf(config.nodeKey, store.uuid),
      storeUuid: store.uuid,
      wallMs: () => clock.wallMs(),
    });
    const book = createChunkBook(store);
    const damage = await createDamageWatch(store);
    const timers = createTimers(clock);
    closers.push(() => timers.close());
    const shell = createAcceptorShell({
      store,
      book,
      damage,
      verifier,
      timers,
      log,
      onRecover: (grant) => link?.recover(grant),
      onEvent(event, instance) {
        nodeMetrics.paxosEvent(event);
        if (event !== 'recover') emit('paxos-alarm', { event, instance });
      },
    });
    const listing = listingRoutes({ store, book, clock });
    closers.push(() => listing.close());

    const http = await createHttpService({
      routes: [
        ...chunkRoutes({
          store,
          chunks: createChunks(store, book, () => clock.wallMs()),
          verifier,
          intake,
          sending: {
            store,
            clock,
            fast,
            fastBytesMax: FAST_READ_BYTES_MAX,
            stalled: { bytes: 0 },
            slow,
            pool: createBufferPool(SLOW_READ_BYTES_MAX),
            onWay: nodeMetrics.readWay,
          },
          onBytes: nodeMetrics.bytes,
        }),
        ...statusRoutes({ store, clock, nodeId: config.nodeId, version: VERSION }),
        ...paxosRoutes({ store, book, shell, verifier, intake, onBytes: nodeMetrics.bytes }),
        ...listing.routes,
      ],
      log,
      metrics,
      port: config.port,
      host: config.host,
      authentication: config.authentication,
      secret: config.clusterSecret,
      urlKey: config.urlKey,
      hosts: config.allowedHosts,
      countedPeers: [METADATA_AGENT],
      wallMs: () => clock.wallMs(),
    });
    let graceMs = SECOND_MS;
    closers.push(() => http.close(graceMs));

    let toMetadata: HttpClient | undefined;
    if (config.metadataUrl !== undefined) {
      const client = createHttpClient({ secret: config.clusterSecret });
      toMetadata = client;
      const addresses = { nodeId: config.nodeId, nodeUrl: config.advertisedUrl ?? http.url, directUrl: http.url, storeUuid: store.uuid };
      closers.push(() => client.close());
      link = createMetadataLink({
        client,
        clock,
        log,
        metadataUrl: config.metadataUrl.replace(/\/$/, ''),
        intervalMs: config.heartbeatMsInterval,
        registration: {
          ...addresses,
          version: VERSION,
          mac: verifier.registerMac(addresses),
        },
        report() {
          const health = store.health();
          return {
            disk_usage_percent: roundPercent(health.diskUsagePercent),
            chunk_count: health.chunkCount,
            condition: conditionOf(health),
            store_uuid: store.uuid,
          };
        },
        mustRegister: () => damage.isPending,
        heard: (current) => damage.heard(current),
      });
      closers.push(() => link!.close());
      link.reportDamage(chunkIdsOf(store.quarantined()));
    }

    const sweeping = sweepRecords({ store, book, shell, clock, log, signal: stopping.signal });
    closers.push(async () => {
      stopping.abort();
      await sweeping;
    });

    return {
      port: http.port,
      url: http.url,
      store,
      details: { storeUuid: store.uuid, nodeId: config.nodeId, version: VERSION, url: http.url },
      beat() {
        const health = store.health();
        const condition = conditionOf(health);
        return {
          requests: http.requests.read(),
          ...nodeMetrics.counters(),
          metadataBytes: (toMetadata?.trafficBytes() ?? 0) + http.peerBytes(METADATA_AGENT),
          chunkCount: health.chunkCount,
          diskUsedBytes: health.usedBytes,
          diskUsagePercent: roundPercent(health.diskUsagePercent),
          damageCount: health.damageCount,
          isRegistered: link?.isRegistered ?? false,
          ...(condition !== 'ok' && { [DEGRADED_DETAIL]: health.failure ?? condition.replace('_', ' ') }),
        };
      },
      calls: {
        'disk-faults': (input) => faults.set(DiskFaultsInput.parse(input).faults),
        scrub: () => store.scrub(),
        compact: async () => ({ freedBytes: await store.compact({ all: true }) }),
        seal: () => store.seal(),
        health: () => store.health(),
      },
      async stop(allowedMs) {
        graceMs = allowedMs / 2; // The other half is the store's, for its last seal and hints.
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
};
