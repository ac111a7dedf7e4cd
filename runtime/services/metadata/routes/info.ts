import { z } from 'zod';
import type { MetadataHealth, MetadataStats, StorageOverheadResponse } from '../../../contract/wire/metadata.ts';
import type { Route } from '../../../platform/http/server.ts';
import type { Service } from '../service.ts';
import { sumChunks } from '../store/chunks.ts';
import { listEvents } from '../store/events.ts';
import { countVideos } from '../store/videos.ts';

export const SERVICE_VERSION = '1.0.0';
const EVENTS_LIMIT_MAX = 500;

const overhead = ({ context }: Service): StorageOverheadResponse => {
  const totals = sumChunks(context.db);
  return {
    replication_chunks: totals.replication_chunks,
    erasure_coded_chunks: totals.erasure_coded_chunks,
    total_logical_bytes: totals.logical_bytes,
    total_physical_bytes: totals.physical_bytes,
    storage_savings_percent: totals.promised_bytes === 0 ? 0 : Math.round((1 - totals.physical_bytes / totals.promised_bytes) * 1000) / 10,
  };
};

export const infoRoutes = (service: Service): Route[] => {
  const { context, rebuild } = service;
  const { db, nodes } = context;
  return [
    { method: 'GET', path: '/', handle: (call) => call.reply({ message: 'V-Stack metadata service', version: SERVICE_VERSION }) },
    {
      method: 'GET',
      path: '/health',
      handle(call) {
        const { healthy } = nodes.summary();
        const body: MetadataHealth = {
          // Fewer healthy nodes than a new chunk shall have copies: it would be less safe than it should be.
          status: healthy >= context.settings.replicaCount && !rebuild.isRunning() ? 'healthy' : 'degraded',
          service: 'metadata',
          healthy_nodes: healthy,
          total_nodes: nodes.all().length,
          replica_count: context.settings.replicaCount,
          database_status: rebuild.isRunning() ? 'rebuilding' : 'connected',
        };
        call.reply(body);
      },
    },
    {
      method: 'GET',
      path: '/stats',
      handle(call) {
        const totals = sumChunks(db);
        const body: MetadataStats = {
          total_videos: countVideos(db),
          total_chunks: totals.replication_chunks + totals.erasure_coded_chunks,
          total_replicas: totals.replicas,
          healthy_nodes: nodes.summary().healthy,
          service_version: SERVICE_VERSION,
        };
        call.reply(body);
      },
    },
    { method: 'GET', path: '/storage/overhead', handle: (call) => call.reply(overhead(service)) },
    { method: 'GET', path: '/rebuild', handle: (call) => call.reply(rebuild.status()) },
    {
      method: 'POST',
      path: '/rebuild/finish',
      async handle(call) {
        await rebuild.finish();
        call.reply(rebuild.status());
      },
    },
    {
      method: 'GET',
      path: '/events',
      handle(call) {
        const { after } = call.queryAs(z.object({ after: z.coerce.number().int().nonnegative().default(0) }));
        call.reply({ events: listEvents(db, after, EVENTS_LIMIT_MAX) });
      },
    },
  ];
};
