/** The network of a real cluster: links that are bent, measured, killed and set right, with real bytes through them. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectControl, type RemoteControl } from '../../runtime/client/control/websocket-client.ts';
import type { ChildStatus } from '../../runtime/contract/control/cluster.ts';
import type { Happening } from '../../runtime/contract/control/happenings.ts';
import type { LinkSample, NetworkSample, NetworkStatus } from '../../runtime/contract/control/network.ts';
import { SAMPLE_PATH, startWebDoor, type WebDoor } from '../e2e/web-door.ts';
import { eventually } from '../fixtures/cluster-process.ts';

let door: WebDoor;
let client: RemoteControl;
const happenings: Happening[] = [];
const changes: NetworkStatus[] = [];

beforeAll(async () => {
  door = await startWebDoor();
  const url = new URL(door.signInUrl);
  client = await connectControl(`ws://${url.host}/control`, { token: new URLSearchParams(url.hash.slice(1)).get('token')! });
  client.on('events:added', ({ events }) => happenings.push(...events));
  client.on('network:changed', (status) => changes.push(status));
  await client.call('cluster:launch', { nodeCount: 3 });
});
afterAll(async () => {
  client?.close();
  await door?.stop();
});

const show = (): Promise<NetworkStatus> => client.call('network:show', {});
const child = async (name: string): Promise<ChildStatus> => (await client.call('cluster:status', {})).children.find((one) => one.name === name)!;

/** The first sample in which this is so, of those that come from now on. */
const sampled = async (what: string, isSo: (links: Record<string, LinkSample>) => boolean): Promise<Record<string, LinkSample>> => {
  const samples: NetworkSample[] = [];
  const leave = client.on('network:sample', (sample) => samples.push(sample));
  try {
    return await eventually(`a sample: ${what}`, () => Promise.resolve(samples.map(({ links }) => Object.fromEntries(links.map((link) => [link.nodeId, link]))).find(isSo)));
  } finally {
    leave();
  }
};
/** Far above what this machine takes by itself, even under load; told by comparison, never by the clock alone. */
const RTT_MS = 200;
const isDelayed = ({ rttMs }: LinkSample): boolean => rttMs !== null && rttMs >= RTT_MS;
const isQuick = ({ rttMs }: LinkSample): boolean => rttMs !== null && rttMs < RTT_MS / 2;

describe('the network of a real cluster', () => {
  it('stands before every node: clients have other addresses than the nodes', async () => {
    const { children, steps } = await client.call('cluster:status', {});
    expect(children.map(({ name, phase }) => [name, phase])).toEqual(['metadata', 'links', 'node-1', 'node-2', 'node-3', 'uploader'].map((name) => [name, 'ready']));
    expect(steps.map(({ name, phase }) => [name, phase])).toEqual(['prepare', 'metadata', 'links', 'node-1', 'node-2', 'node-3', 'uploader', 'quorum'].map((name) => [name, 'done']));
    const { isReady, links } = await show();
    const nodes = children.filter(({ role }) => role === 'storage-node');
    expect(isReady).toBe(true);
    expect(links.map(({ nodeId, url, isNormal }) => [nodeId, url, isNormal])).toEqual(nodes.map(({ name, url }) => [name, url, true]));
    expect(new Set(nodes.flatMap(({ url, directUrl }) => [url, directUrl])).size).toBe(6);
  });

  it('carries uploads and downloads, byte for byte, and counts them', async () => {
    const upload = await client.call('uploads:start', { path: SAMPLE_PATH, title: 'Carried' });
    const { videoId } = await eventually('the upload', async () => (await client.call('uploads:list', {})).uploads.find(({ sessionId, phase }) => sessionId === upload.sessionId && phase === 'completed'));
    const { chunks, media } = await client.call('videos:manifest', { videoId: videoId! });
    const addresses = new Set((await show()).links.map(({ url }) => new URL(url!).origin));
    const hash = createHash('sha256');
    let readBytes = 0;
    for (const { urls } of chunks) {
      expect(addresses).toContain(new URL(urls![0]!.url).origin);
      const bytes = Buffer.from(await (await fetch(urls![0]!.url)).arrayBuffer());
      hash.update(bytes);
      readBytes += bytes.length;
    }
    expect(hash.digest('hex')).toBe(media!.sha256);
    const links = Object.values(await sampled('everything is counted', (all) => Object.values(all).every(({ counters }) => counters !== null)));
    const sum = (name: 'bytesToNode' | 'bytesToClient'): number => links.reduce((total, { counters }) => total + counters![name], 0);
    // Three copies went in; one came out.
    expect(sum('bytesToNode')).toBeGreaterThan(2 * readBytes);
    expect(sum('bytesToClient')).toBeGreaterThan(readBytes);
  });

  it('shows a delay on the link that has it, and on no other', async () => {
    await client.call('network:set', { nodeIds: ['node-2'], change: { toNode: { latencyMs: RTT_MS / 2 }, toClient: { latencyMs: RTT_MS / 2 } } });
    const links = await sampled('only node-2 is slow', ({ 'node-1': first, 'node-2': second, 'node-3': third }) => isDelayed(second!) && isQuick(first!) && isQuick(third!));
    expect(links['node-2']!.addedDelayMs).toBeGreaterThan(links['node-1']!.addedDelayMs ?? 0);
    await eventually('the words', () => Promise.resolve(happenings.find(({ kind, subject, text }) => kind === 'link-changed' && subject === 'node-2' && text === 'link is now 200 ms')));
  });

  it('holds what a partition stops, and lets it go when it heals', async () => {
    await client.call('network:set', { nodeIds: ['node-3'], change: { partition: 'both' } });
    await sampled('node-3 is silent and the others are not', ({ 'node-1': first, 'node-2': second, 'node-3': third }) => third!.rttMs === null && isQuick(first!) && isDelayed(second!));
    const { url } = await child('node-3');
    const asking = fetch(`${url}/ping`, { method: 'HEAD' }).then(({ status }) => status);
    await sampled('it holds bytes', ({ 'node-3': third }) => third!.heldShare !== null && third!.heldShare > 0);
    await client.call('network:set', { nodeIds: ['node-3'], change: { partition: 'none' } });
    // Held, not lost: the question itself arrives, and is answered as one without the secret.
    expect(await asking).toBe(401);
    await sampled('node-3 answers again', ({ 'node-3': third }) => isQuick(third!));
    expect((await child('node-3')).phase).toBe('ready');
  });

  it('comes back as it was when the emulator is killed: same addresses, same settings', async () => {
    const before = await show();
    const { pid } = await child('links');
    process.kill(pid!, 'SIGKILL');
    await eventually('its return', async () => {
      const { phase, restartCount } = await child('links');
      return (restartCount > 0 && phase === 'ready') || undefined;
    });
    expect((await show()).links).toEqual(before.links);
    await sampled('only node-2 is slow, as before', ({ 'node-1': first, 'node-2': second, 'node-3': third }) => isDelayed(second!) && isQuick(first!) && isQuick(third!));
    await eventually('a cluster without a problem', async () => (await client.call('cluster:status', {})).phase === 'ready' || undefined);
    expect(changes.some(({ isReady }) => !isReady)).toBe(true);
  });

  it('is left by a node that is removed and joined by one that is added', async () => {
    const { nodeId } = await client.call('nodes:add', {});
    const status = await client.call('network:set', { nodeIds: [nodeId], change: { isFailed: true } });
    const { url, directUrl } = await child(nodeId);
    expect(status.links.map((link) => [link.nodeId, link.url]).at(-1)).toEqual([nodeId, url]);
    await expect(fetch(`${url}/ping`)).rejects.toThrow('fetch failed');
    expect((await fetch(`${directUrl}/ping`, { method: 'HEAD' })).status).toBe(401);
    await client.call('nodes:remove', { nodeId, deleteData: true });
    expect((await show()).links).toHaveLength(3);
    await expect(client.call('network:set', { nodeIds: [nodeId], change: {} })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('plays a scenario to its end, and everything is normal again', async () => {
    const all = { nodes: 'all' } as const;
    const { id } = await client.call('scenarios:save', {
      version: 1, name: 'Short', durationSec: 3,
      steps: [
        { atSec: 0, target: all, action: { kind: 'profile', profileId: 'lte' } },
        { atSec: 1, target: { place: 0 }, action: { kind: 'stop' } },
        { atSec: 1, target: { nodes: 'random' }, action: { kind: 'random-profile', profileIds: ['3g', 'dsl'] } },
        { atSec: 2, target: { nodeId: 'node-9' }, action: { kind: 'normal' } },
      ],
    });
    changes.length = 0;
    await client.call('scenarios:run', { scenarioId: id, seed: 7 });
    const { run, links } = await eventually('its end', () => Promise.resolve(changes.find((status) => status.run?.phase === 'ended')));
    expect(run!.done.map(({ action, problem }) => [action.kind, problem])).toEqual([['profile', null], ['stop', null], ['profile', null], ['normal', 'The cluster has no node "node-9".']]);
    expect(links.map(({ isNormal }) => isNormal)).toEqual([true, true, true]);
    expect((await child('node-1')).phase).toBe('ready');
    const seconds = new Set(changes.filter((status) => status.run?.phase === 'running').map((status) => Math.floor(status.run!.elapsedSec)));
    expect(seconds.size).toBeGreaterThan(1);
    const told = happenings.map(({ kind }) => kind);
    expect(told.filter((kind) => kind.startsWith('scenario-'))).toEqual(['scenario-started', 'scenario-problem', 'scenario-ended']);
    await sampled('every link is quick', (all3) => Object.values(all3).every(isQuick));
  });

  it.skipIf(process.platform === 'win32')('is set back to normal at once, paused and stopped nodes too', async () => {
    await client.call('network:apply-profile', { nodeIds: 'all', profileId: 'satellite' });
    await client.call('nodes:pause', { nodeId: 'node-1' });
    await client.call('nodes:stop', { nodeId: 'node-2' });
    const { links } = await client.call('network:reset', {});
    expect(links.every(({ isNormal }) => isNormal)).toBe(true);
    expect((await client.call('cluster:status', {})).children.map(({ phase }) => phase)).toEqual(['ready', 'ready', 'ready', 'ready', 'ready', 'ready']);
    await sampled('every link is quick', (all) => Object.values(all).every(isQuick));
  });
});
