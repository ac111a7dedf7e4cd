/**
 * What a commit costs: from ACCEPT sent to the stores to COMMIT answered by the metadata service, on a live cluster, fast path, N = 3.
 * Grants are asked for beforehand in batches, as an uploader does. Chunks are small, so that it is the protocol that is measured. The cluster
 * is given time to fill its stores' reserves first, which it does in the background after a start.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateVideoResponse, GrantsResponse } from '../../runtime/contract/wire/metadata.ts';
import type { Grant, Value } from '../../runtime/contract/paxos.ts';
import { runProposer } from '../../runtime/client/paxos/run-proposer.ts';
import { sha256Hex } from '../../runtime/platform/crypto.ts';
import { createHttpClient } from '../../runtime/platform/http/client.ts';
import { createPaxosTransport } from '../../runtime/services/shared/paxos-transport.ts';
import { newDataDir, removeDataDir, startClusterProcess } from '../fixtures/cluster-process.ts';
import { median, percentile, printFigures } from './lib/figures.ts';

const CHUNK_BYTES = 1024;
const COMMITS = 400;
const UPLOADS = 16;
/** Alternating blocks, so that both sides see the same weather. */
const BLOCKS = 3;
const SETTLE_MS = 10_000;

const dataDir = newDataDir();
const cluster = await startClusterProcess({ nodes: 5, dataDir });
try {
  const file = cluster.file();
  const client = createHttpClient({ secret: file.secret, socketsMax: 128 });
  const urls = new Map(file.nodes.map((node) => [node.node_id, node.direct_url] as const));
  const transport = createPaxosTransport({ client, urlOf: (nodeId) => urls.get(nodeId) ?? undefined });

  const openVideo = async (count: number): Promise<{ videoId: string; ownerId: string; grants: Grant[] }> => {
    const { video_id: videoId } = await client.json<CreateVideoResponse>(`${file.metadata_url}/video`, { method: 'POST', json: { title: 'bench', duration_sec: 1 } });
    const ownerId = randomBytes(8).toString('hex');
    const grants: Grant[] = [];
    for (let from = 0; from < count; from += 200) {
      const sequences = Array.from({ length: Math.min(200, count - from) }, (_, index) => from + index);
      const answer = await client.json<GrantsResponse>(`${file.metadata_url}/grants`, { method: 'POST', json: { video_id: videoId, sequences, owner_id: ownerId } });
      grants.push(...answer.grants);
    }
    return { videoId, ownerId, grants };
  };

  const commit = async (videoId: string, ownerId: string, grant: Grant, sequence: number): Promise<number> => {
    const bytes = randomBytes(CHUNK_BYTES);
    const sha256 = sha256Hex(bytes);
    const own: Value = { kind: 'PLACED', sha256, size_bytes: bytes.length, fragment_sha256: [] };
    const startedMs = performance.now();
    let committed: Promise<void> | undefined;
    let tookMs = 0;
    const outcome = await runProposer({
      grant,
      proposerId: ownerId,
      own,
      bytes: () => bytes,
      transport,
      tools: { sha256: sha256Hex },
      random: Math.random,
      onDecided: ({ certificate }) => {
        committed = client
          .request(`${file.metadata_url}/chunk/${grant.chunk_id}/commit`, {
            method: 'POST',
            json: { checksum: sha256, size_bytes: bytes.length, video_id: videoId, sequence_num: sequence, certificate },
          })
          .then(async (answer) => {
            await answer.bytes();
            tookMs = performance.now() - startedMs;
          });
      },
    });
    await committed;
    if (outcome.value.kind !== 'PLACED' || outcome.value.sha256 !== sha256) throw new Error('another value was chosen');
    return tookMs;
  };

  const upload = async (count: number): Promise<{ latenciesMs: number[]; run: () => Promise<void> }> => {
    const { videoId, ownerId, grants } = await openVideo(count);
    const latenciesMs: number[] = [];
    return {
      latenciesMs,
      run: async () => {
        for (const [sequence, grant] of grants.entries()) latenciesMs.push(await commit(videoId, ownerId, grant, sequence));
      },
    };
  };
  /** Commits per second of `concurrency` uploads side by side, each one chunk at a time; grants are not part of it. */
  const rate = async (concurrency: number, count: number): Promise<{ perSecond: number; latenciesMs: number[] }> => {
    const uploads = await Promise.all(Array.from({ length: concurrency }, () => upload(count)));
    const startedMs = performance.now();
    await Promise.all(uploads.map(({ run }) => run()));
    return { perSecond: (concurrency * count * 1000) / (performance.now() - startedMs), latenciesMs: uploads.flatMap(({ latenciesMs }) => latenciesMs) };
  };

  await rate(4, 100);
  await sleep(SETTLE_MS);
  const single: Awaited<ReturnType<typeof rate>>[] = [];
  const many: Awaited<ReturnType<typeof rate>>[] = [];
  for (let block = 0; block < BLOCKS; block++) {
    single.push(await rate(1, COMMITS));
    many.push(await rate(UPLOADS, COMMITS / 4));
  }
  const latencies = single.flatMap(({ latenciesMs }) => latenciesMs);
  const busy = many.flatMap(({ latenciesMs }) => latenciesMs);
  const note = `${CHUNK_BYTES} B chunks, N = 3 of 5 nodes, ${BLOCKS} alternating blocks`;
  printFigures('Commit', [
    { name: 'fast path, one at a time, p50', value: median(latencies), unit: 'ms', target: '≤ 5 ms', note: `${latencies.length} commits, ${note}` },
    { name: 'fast path, one at a time, p99', value: percentile(latencies, 99), unit: 'ms' },
    { name: 'rate, one upload', value: median(single.map(({ perSecond }) => perSecond)), unit: '/s' },
    { name: `rate, ${UPLOADS} uploads`, value: median(many.map(({ perSecond }) => perSecond)), unit: '/s', note },
    { name: 'ratio of the rates', value: median(many.map(({ perSecond }, index) => perSecond / single[index]!.perSecond)), unit: '×', target: '≥ 5 ×' },
    { name: `p50 with ${UPLOADS} uploads`, value: median(busy), unit: 'ms' },
    { name: `p99 with ${UPLOADS} uploads`, value: percentile(busy, 99), unit: 'ms' },
  ]);
  client.close();
} finally {
  await cluster.stop();
  removeDataDir(dataDir);
}
