/** What the links do and how they are set, for GET /metrics: base units, read when asked. */
import type { LinkCounters, LinkDirection } from '../../contract/link.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { meanLoss } from '../../contract/link-settings.ts';
import type { Metrics } from '../../platform/http/metrics.ts';
import type { LinkProxy } from './link-proxy.ts';
import type { Links } from './links.ts';

const BITS = 8;

type Samples = [Record<string, string>, number][];

export const watchLinks = (metrics: Metrics, links: Links): void => {
  const each = (read: (link: LinkProxy) => number) => (): Samples => links.list().map((link) => [{ node: link.nodeId }, read(link)]);
  const counted = (read: (counters: LinkCounters) => number) => each((link) => read(link.counters()));
  const bothWays = (read: (direction: LinkDirection) => number | null) => (): Samples =>
    links.list().flatMap((link) =>
      (['toNode', 'toClient'] as const).flatMap((way): Samples => {
        const value = read(link.settings()[way]);
        return value === null ? [] : [[{ node: link.nodeId, direction: wayLabel[way] }, value]];
      }),
    );

  metrics.readCounter('link_bytes_total', 'Bytes passed on.', () =>
    links.list().flatMap(({ nodeId, counters }): Samples => {
      const { bytesToNode, bytesToClient } = counters();
      return [[{ node: nodeId, direction: wayLabel.toNode }, bytesToNode], [{ node: nodeId, direction: wayLabel.toClient }, bytesToClient]];
    }),
  );
  metrics.gauge('link_connections', 'Connections that are open.', counted(({ connectionCount }) => connectionCount));
  metrics.readCounter('link_connections_total', 'Connections that came.', counted(({ connectionCountTotal }) => connectionCountTotal));
  metrics.readCounter('link_resets_total', 'Connections that the link itself ended or refused.', counted(({ resetCountTotal }) => resetCountTotal));
  metrics.gauge('link_held_bytes', 'Bytes taken in and not yet passed on.', counted(({ heldBytes }) => heldBytes));
  metrics.readCounter('link_delay_seconds_total', 'Time for which packets were kept; divided by link_packets_total it is the mean.', counted(({ delayMsTotal }) => delayMsTotal / SECOND_MS));
  metrics.readCounter('link_packets_total', 'Packets passed on.', counted(({ delayedCountTotal }) => delayedCountTotal));
  metrics.readCounter('link_held_seconds_total', 'Time in which bytes of at least one connection stood still for a loss or a partition.', counted(({ heldMsTotal }) => heldMsTotal / SECOND_MS));
  metrics.readCounter('link_losses_total', 'Packets that had to be sent again.', counted(({ lossCountTotal }) => lossCountTotal));
  metrics.gauge('link_latency_seconds', 'Latency as it is set, one way.', bothWays(({ latencyMs }) => latencyMs / SECOND_MS));
  metrics.gauge('link_jitter_seconds', 'Jitter as it is set.', bothWays(({ jitterMs }) => jitterMs / SECOND_MS));
  metrics.gauge('link_rate_bytes_per_second', 'Rate as it is set; absent where it is not limited.', bothWays(({ bitsPerSecond }) => bitsPerSecond && bitsPerSecond / BITS));
  metrics.gauge('link_loss_ratio', 'Share of packets lost in the long run, as it is set.', bothWays(({ loss }) => meanLoss(loss)));
  metrics.gauge('link_partitioned', '1 while nothing passes, one way or both.', each((link) => (link.settings().partition === 'none' ? 0 : 1)));
  metrics.gauge('link_failed', '1 while the node behind it seems dead.', each((link) => (link.settings().isFailed ? 1 : 0)));
};

const wayLabel = { toNode: 'to_node', toClient: 'to_client' } as const;
