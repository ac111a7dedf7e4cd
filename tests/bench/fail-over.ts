/**
 * How long a player waits for the bytes that a node owed when it was cut off, in real time: a cluster of 5 nodes in `vstack serve`, every link as
 * LTE (12 Mbit/s, 70 ms), the sample video, and the smart client in sessions without a picture, one at a time, each on connections of its own.
 * From 0.1 to 0.6 s after the play command, at a random moment, the node with most bytes under way is killed (SIGKILL, and it stays away), frozen
 * (SIGSTOP), or partitioned (nothing passes its link, connections stay open). Measured is the time from the order to do so until everything that its
 * open requests still owed had begun to come from other nodes, the last of them counting. What was on its way already and came after all is no
 * fail-over: the system still sends what a process wrote before it died, which is why most faults of a process cut nothing off. Sessions are
 * played until 20 faults did, or 150 in all. Then, in sessions that play on, the same faults come with 15 s buffered and last until 25 s have been
 * played: stalls are counted. `--faults=N` and `--plays=N` change the samples.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectControl, type RemoteControl } from '../../runtime/client/control/websocket-client.ts';
import { createFetchTransport } from '../../runtime/client/fetch-transport.ts';
import { startPlaySession } from '../../runtime/client/session/play-session.ts';
import type { PlaySession, SessionFault } from '../../runtime/client/session/types.ts';
import { browserClock } from '../../runtime/client/transport.ts';
import { SECOND_MS } from '../../runtime/contract/units.ts';
import { Manifest } from '../../runtime/contract/wire/metadata.ts';
import { createRandom, drawShare } from '../../runtime/core/random.ts';
import { closeFetchConnections } from '../../runtime/platform/http/fetch-connections.ts';
import { startWebDoor } from '../e2e/web-door.ts';
import { percentile, printFigures, type Figure } from './lib/figures.ts';

const option = (name: string, usual: number): number => Number(process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1] ?? usual);
const FAULTS_WANTED = option('faults', 20);
const SESSIONS_MAX = 150;
const PLAYS = option('plays', 4);
const NODES = 5;
const FAULT_FROM_MS = 100;
const FAULT_TO_MS = 600;
const FAIL_OVER_MS_MAX = 12_000;
const SAFE_SEC = 15;
const PLAYED_SEC = 25;
const LOOK_MS = 20;
/** Nodes that were started again have to be asked and known before the next session. */
const SETTLED_MS_MAX = 30_000;
const random = createRandom(20_260_101);

const until = async <Value>(what: string, limitMs: number, look: () => Promise<Value | undefined> | Value | undefined): Promise<Value> => {
  for (const fromMs = performance.now(); performance.now() - fromMs < limitMs; await sleep(LOOK_MS)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`${what} did not come within ${limitMs / SECOND_MS} s.`);
};

interface Fault {
  name: string;
  strike(client: RemoteControl, nodeId: string): Promise<unknown>;
}

const FAULTS: Fault[] = [
  {
    name: 'Killed',
    strike: async (client, nodeId) => {
      await client.call('nodes:kill', { nodeId });
      // The supervisor would have it back within a second.
      await client.call('nodes:stop', { nodeId });
    },
  },
  { name: 'Paused', strike: (client, nodeId) => client.call('nodes:pause', { nodeId }) },
  { name: 'Partitioned', strike: (client, nodeId) => client.call('network:set', { nodeIds: [nodeId], change: { partition: 'both' } }) },
];

const door = await startWebDoor();
const { host, hash } = new URL(door.signInUrl);
const client = await connectControl(`ws://${host}/control`, { token: new URLSearchParams(hash.slice(1)).get('token')! });

const manifestOf = async (videoId: string): Promise<Manifest> => {
  const { metadata_url: metadataUrl, secret } = JSON.parse(readFileSync(join(door.dataDir, 'cluster.json'), 'utf8')) as { metadata_url: string; secret: string };
  const answer = await fetch(`${metadataUrl}/manifest/${videoId}`, { headers: { authorization: `Bearer ${secret}` } });
  return Manifest.parse(await answer.json());
};

const prepare = async (): Promise<void> => {
  await client.call('network:reset', {});
  await until('A whole cluster', SETTLED_MS_MAX, async () => ((await client.call('cluster:status', {})).phase === 'ready' ? true : undefined));
  await client.call('network:apply-profile', { nodeIds: 'all', profileId: 'lte' });
};

const play = async (videoId: string): Promise<PlaySession> => {
  const manifest = await manifestOf(videoId);
  await closeFetchConnections();
  return startPlaySession({ kind: 'smart', manifest, transport: createFetchTransport, clock: browserClock, seed: Math.floor(drawShare(random) * 2 ** 31), refresh: () => manifestOf(videoId) });
};

const busiest = (session: PlaySession): string | undefined =>
  [...session.now().nodes].filter(({ inFlightBytes }) => inFlightBytes > 0).sort((a, b) => b.inFlightBytes - a.inFlightBytes)[0]?.nodeId;

/** One fault at the node with most bytes under way; null when none was under way any more. */
const failOver = async (videoId: string, { strike }: Fault): Promise<SessionFault | null> => {
  await prepare();
  const session = await play(videoId);
  await sleep(FAULT_FROM_MS + drawShare(random) * (FAULT_TO_MS - FAULT_FROM_MS));
  const nodeId = busiest(session);
  if (nodeId !== undefined) {
    session.markFault(nodeId);
    await strike(client, nodeId);
    // What is fetched at the start has come, from whomever: then every debt is settled.
    await until('Half a minute of video', FAIL_OVER_MS_MAX, () => (session.now().bufferSec + session.now().positionSec >= 29 ? true : undefined)).catch(() => undefined);
  }
  session.stop();
  return (await session.result).faults[0] ?? null;
};

/** Stalls of a session that had 15 s buffered when the fault came. */
const stallsOf = async (videoId: string, { strike }: Fault): Promise<number> => {
  await prepare();
  const session = await play(videoId);
  await until('A good buffer', FAIL_OVER_MS_MAX, () => (session.now().bufferSec >= SAFE_SEC ? true : undefined));
  const holders = (await manifestOf(videoId)).chunks.at(-1)!.urls;
  await strike(client, busiest(session) ?? holders[0]!.node_id);
  await until(`${PLAYED_SEC} s of playing`, 4 * PLAYED_SEC * SECOND_MS, () => (session.now().positionSec >= PLAYED_SEC ? true : undefined));
  session.stop();
  return (await session.result).stalls.length;
};

const figures: Figure[] = [];
try {
  await client.call('cluster:launch', { nodeCount: NODES });
  await client.call('uploads:sample', {});
  const { video_id: videoId } = await until('The sample video', SETTLED_MS_MAX, async () => (await client.call('videos:list', {})).videos.find(({ complete }) => complete));
  for (const fault of FAULTS) {
    const tookMs: number[] = [];
    let sessionCount = 0;
    for (; sessionCount < SESSIONS_MAX && tookMs.length < FAULTS_WANTED; sessionCount++) {
      const found = await failOver(videoId, fault);
      if (found?.isSettled === false) tookMs.push(FAIL_OVER_MS_MAX);
      else if (found && found.recoveredMs !== null) tookMs.push(found.recoveredMs);
    }
    const note = `n = ${tookMs.length} faults that cut off open requests, of ${sessionCount} sessions`;
    console.error(`${fault.name}: ${tookMs.map(Math.round).sort((a, b) => a - b).join(' ')}`);
    figures.push({ name: `${fault.name}: bytes from elsewhere, p50`, value: percentile(tookMs, 50), unit: 'ms', note });
    figures.push({ name: `${fault.name}: bytes from elsewhere, p99`, value: percentile(tookMs, 99), unit: 'ms', target: '≤ 2,500 ms', note });
    figures.push({ name: `${fault.name}: bytes from elsewhere, at worst`, value: percentile(tookMs, 100), unit: 'ms', target: '≤ 4,999 ms', note });
    let stalls = 0;
    for (let plays = 0; plays < PLAYS; plays++) stalls += await stallsOf(videoId, fault);
    figures.push({ name: `${fault.name} with 15 s buffered: stalls`, value: stalls, unit: '', target: '≤ 0', note: `${PLAYS} sessions of ${PLAYED_SEC} s` });
  }
  client.close();
  printFigures('Fail-over', figures);
} finally {
  await door.stop();
}
