/** HEAD /ping and GET /health. */
import { nodeHealth, roundPercent } from '../status.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Route } from '../../../platform/http/server.ts';
import type { Store } from '../engine/types.ts';

export interface StatusRouteOptions {
  store: Store;
  clock: Clock;
  nodeId: string;
  version: string;
}

export const statusRoutes = ({ store, clock, nodeId, version }: StatusRouteOptions): Route[] => {
  const startMs = clock.nowMs();
  return [
    {
      method: 'HEAD',
      path: '/ping',
      access: 'signed',
      isProbe: true,
      handle({ response }) {
        const beganMs = clock.nowMs();
        const { diskUsagePercent, chunkCount } = store.health();
        response.writeHead(200, {
          'Content-Length': 0,
          'Cache-Control': 'no-cache',
          'X-Node-ID': nodeId,
          'X-Disk-Usage-Percent': roundPercent(diskUsagePercent),
          'X-Chunk-Count': chunkCount,
          'X-Response-Time': (clock.nowMs() - beganMs).toFixed(3),
        });
        response.end();
      },
    },
    {
      method: 'GET',
      path: '/health',
      handle({ reply }) {
        const health = nodeHealth(store, { nodeId, version, uptimeMs: clock.nowMs() - startMs });
        reply(health, health.status === 'critical' ? 503 : 200);
      },
    },
  ];
};
