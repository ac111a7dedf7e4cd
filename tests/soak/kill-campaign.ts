/**
 * Kills real processes with SIGKILL while real uploads run, and checks afterwards that nothing that was acknowledged is lost:
 *
 *   round: start an upload → wait a random moment → kill the target → the upload still completes → every completed video reads back
 *
 * The host is killed too; then no child may be alive 5 s later, also not a paused one, and the next start goes on with the upload.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NetworkStatus } from '../../runtime/contract/control/network.ts';
import { seededRandom } from '../../runtime/platform/random.ts';
import { eventually, isAlive, newDataDir, removeDataDir, SAMPLE_PATH, startClusterProcess, type ClusterProcess } from '../fixtures/cluster-process.ts';

export type KillTarget = 'node' | 'links' | 'uploader' | 'metadata' | 'host';

export interface KillReport {
  target: KillTarget;
  seed: number;
  kills: number;
  uploadsCompleted: number;
  chunksVerified: number;
  /** Longest time from a host's death to the death of its last child. */
  orphanMsMax: number;
  pausedChildren: number;
  problems: string[];
}

const NODES = 4;
/** No orphan survives this long. */
const ORPHAN_MS_MAX = 5_000;
/** A child that crashes again and again is given up on, rightly; fresh hosts keep a long campaign below that. */
const KILLS_PER_HOST = 3;
/** An upload of the sample takes about this long, so that a kill at a random moment hits every phase of it. */
const UPLOAD_MS_TYPICAL = 700;

/** Of all children that cluster.json names. */
const pidsIn = (cluster: ClusterProcess): (number | null | undefined)[] => {
  const { nodes, links_pid: links, metadata_pid: metadata, uploader_pid: uploader } = cluster.file();
  return [...nodes.map(({ pid }) => pid), links, metadata, uploader];
};

const pidOf = (cluster: ClusterProcess, target: KillTarget, random: () => number): number | undefined => {
  if (target === 'host') return cluster.hostPid;
  const { nodes, links_pid: links, metadata_pid: metadata, uploader_pid: uploader } = cluster.file();
  if (target === 'node') return nodes[Math.floor(random() * nodes.length)]!.pid ?? undefined;
  return { links, metadata, uploader }[target] ?? undefined;
};

/** After the host's death: waits for its children's, and says how long the last one took. */
const awaitOrphans = async (pids: number[], problems: string[]): Promise<number> => {
  const startedMs = performance.now();
  while (pids.some(isAlive) && performance.now() - startedMs < ORPHAN_MS_MAX) await sleep(20);
  const left = pids.filter(isAlive);
  if (left.length > 0) problems.push(`processes ${left.join(', ')} outlived their host by ${ORPHAN_MS_MAX} ms`);
  return performance.now() - startedMs;
};

export const killCampaign = async (options: {
  target: KillTarget;
  kills: number;
  seed: number;
  onProgress?: (line: string) => void;
}): Promise<KillReport> => {
  const { target, kills, seed } = options;
  const random = seededRandom(seed);
  const dataDir = newDataDir();
  const report: KillReport = { target, seed, kills: 0, uploadsCompleted: 0, chunksVerified: 0, orphanMsMax: 0, pausedChildren: 0, problems: [] };
  const acknowledged = new Set<string>();
  let cluster = await startClusterProcess({ nodes: NODES, dataDir });

  const verifyAll = async (): Promise<void> => {
    // Chunks are read over the links: an emulator that was killed a moment ago is given the time to come back.
    await eventually('the links to be back', async () => ((await cluster.control('network:show', {})) as NetworkStatus).isReady || undefined);
    for (const videoId of acknowledged) {
      report.problems.push(...(await cluster.verify(videoId)));
      report.chunksVerified += (await cluster.manifest(videoId)).chunks.length;
    }
  };

  try {
    for (let round = 0; round < kills && report.problems.length === 0; round++) {
      const sessionId = await eventually('an upload to start', () => cluster.startUpload(SAMPLE_PATH, `round ${round}`));
      await sleep(random() * UPLOAD_MS_TYPICAL);
      if (target === 'host') {
        const pids = cluster.childPids();
        const paused = random() < 0.5 ? cluster.file().nodes[0]!.pid : null;
        if (paused) {
          await cluster.control('nodes:pause', { nodeId: cluster.file().nodes[0]!.node_id });
          pids.push(...cluster.childPids());
          report.pausedChildren++;
        }
        await cluster.kill();
        report.orphanMsMax = Math.max(report.orphanMsMax, await awaitOrphans(pids, report.problems));
        cluster = await startClusterProcess({ nodes: NODES, dataDir });
      } else {
        const pid = await eventually(`a running ${target}`, () => Promise.resolve(pidOf(cluster, target, random)));
        process.kill(pid, 'SIGKILL');
        // An upload that was over by then would be verified against what the host has not noticed to be dead.
        await eventually(`the host to notice that ${target} died`, () => Promise.resolve(!pidsIn(cluster).includes(pid) || undefined));
      }
      report.kills++;
      const ended = await cluster.uploadEnd(sessionId);
      if (ended.status === 'completed') {
        acknowledged.add(ended.videoId);
        report.uploadsCompleted++;
      } else {
        report.problems.push(`round ${round}: upload ${sessionId} is ${ended.status}: ${ended.error}`);
      }
      options.onProgress?.(`${target} ${round + 1}/${kills}: ${ended.status}`);
      if (round % KILLS_PER_HOST === KILLS_PER_HOST - 1 || round === kills - 1) {
        await verifyAll();
        if (target !== 'host') {
          const code = await cluster.stop();
          if (code !== 0) report.problems.push(`stopping the cluster ended with ${code}`);
          cluster = await startClusterProcess({ nodes: NODES, dataDir });
        }
      }
    }
    await verifyAll();
  } finally {
    await cluster.stop();
    removeDataDir(dataDir);
  }
  return report;
};
