/** Samples as a host sends them: five nodes and a player, all figures moving. The same in every run. */
import type { MetricSample } from '../../../runtime/contract/control/metrics.ts';

const NODE_NAMES = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5'];
/** A Lehmer generator: enough for figures that wander. */
const MULTIPLIER = 48_271;
const MODULUS = 2_147_483_647;

export const createSamples = (): ((atMs: number) => MetricSample) => {
  let seed = 1;
  const walks = new Map<string, number>();
  const walk = (key: string, high: number): number => {
    seed = (seed * MULTIPLIER) % MODULUS;
    const next = (walks.get(key) ?? high / 2) + (seed / MODULUS - 0.5) * high * 0.1;
    const value = Math.min(high, Math.max(0, next));
    walks.set(key, value);
    return value;
  };
  return (atMs) => ({
    atMs,
    processes: [],
    nodes: NODE_NAMES.map((name) => ({
      name, phase: 'ready',
      cpuPercent: walk(`cpu ${name}`, 40), rssBytes: 8e7 + walk(`rss ${name}`, 4e7),
      requestsPerSecond: walk(`requests ${name}`, 30), errorsPerSecond: 0, requestMsP50: walk(`p50 ${name}`, 8), requestMsP95: walk(`p95 ${name}`, 60),
      readBytesPerSecond: walk(`read ${name}`, 9e6), writtenBytesPerSecond: walk(`written ${name}`, 5e6), servedBytesPerSecond: 0, metadataBytesPerSecond: 900, pingMs: walk(`ping ${name}`, 20),
      chunkCount: 180, diskUsedBytes: 4e8 + walk(`disk ${name}`, 1e8), diskUsagePercent: 4, availability: 1,
    })),
    playback: {
      sessionId: 'bench', videoId: 'bench', phase: 'playing', stallCount: 0,
      bufferSec: walk('buffer', 34), throughputBitsPerSecond: walk('throughput', 9e7),
      nodes: NODE_NAMES.map((nodeId) => ({
        nodeId, score: walk(`score ${nodeId}`, 60), healthy: true, bitsPerSecond: walk(`rate ${nodeId}`, 5e7), latencyMs: walk(`latency ${nodeId}`, 20), reliability: 1,
        deliveredBytes: 1e8, chunkCount: 40, failureCount: 0,
      })),
    },
  });
};
