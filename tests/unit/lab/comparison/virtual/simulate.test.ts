import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CLIENT_KINDS, type ClientKind } from '../../../../../runtime/contract/client-kind.ts';
import { ComparisonSession } from '../../../../../runtime/contract/comparison.ts';
import { Manifest } from '../../../../../runtime/contract/wire/metadata.ts';
import type { PlannedSession } from '../../../../../runtime/contract/lab-worker.ts';
import { comparisonConditions, conditionOf } from '../../../../../runtime/lab/comparison/conditions.ts';
import { simulateSession } from '../../../../../runtime/lab/comparison/virtual/simulate.ts';
import { virtualVideo } from '../../../../../runtime/lab/comparison/virtual/video.ts';
import { nodeIds } from '../../../../fixtures/comparison.ts';

const manifest = virtualVideo(nodeIds);
const holderOf = (sequence: number): string => manifest.chunks[sequence]!.urls[0]!.node_id;
const simulate = (conditionId: string, client: ClientKind, overrides: Partial<PlannedSession> = {}, video = manifest): Promise<ComparisonSession> => {
  const condition = conditionOf(conditionId);
  const faultAtMs = condition.fault === null ? null : condition.fault.toSec === 0 ? 0 : 300;
  const session = { block: 0, place: 0, client, seed: 42, victimId: condition.fault === null ? null : holderOf(0), faultAtMs, ...overrides };
  return simulateSession({ session, condition, sessionSec: 15, nodeIds, manifest: video });
};

describe('a session in virtual time', () => {
  it.each(comparisonConditions.map(({ id }) => id))('under the condition %s plays with every client, and makes a record that its schema accepts', async (conditionId) => {
    for (const client of CLIENT_KINDS) {
      const record = ComparisonSession.parse(await simulate(conditionId, client));
      expect(record).toMatchObject({ client, outcome: 'completed', tookMs: 15_000 });
      expect(record.deliveredBytes, client).toBeGreaterThan(0);
      expect(record.load.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(record.deliveredBytes);
      expect(record.stalledMs + record.playedMs + (record.isStarted ? record.startupMs : 15_000)).toBeCloseTo(15_000, -1);
    }
  });

  it('is the same for the same seed, and another for another', async () => {
    for (const client of CLIENT_KINDS) expect(await simulate('packet-loss', client), client).toEqual(await simulate('packet-loss', client));
    expect(await simulate('packet-loss', 'naive')).not.toEqual(await simulate('packet-loss', 'naive', { seed: 43 }));
  });

  it('with the naive client takes what its first chunk takes over its link: two round trips and its bytes at the rate', async () => {
    const chunkBits = manifest.chunks[0]!.size_bytes * 8;
    const oneChunk = { ...manifest, chunks: manifest.chunks.slice(0, 1) };
    const fast = await simulate('healthy', 'naive', {}, oneChunk);
    expect(fast.startupMs).toBeGreaterThan(40 + (chunkBits / 50e6) * 1000 - 10);
    expect(fast.startupMs).toBeLessThan(40 + (chunkBits / 50e6) * 1000 + 120);
    // Whoever the naive client begins with: one of the three is slow.
    const startups = await Promise.all(manifest.chunks[0]!.urls.map(async ({ node_id: victimId }) => (await simulate('one-slow-node', 'naive', { victimId }, oneChunk)).startupMs));
    const slow = Math.max(...startups);
    expect(slow).toBeGreaterThan(600 + (chunkBits / 1.6e6) * 1000);
    expect(slow).toBeLessThan(600 + (chunkBits / 1.6e6) * 1000 + 900);
    for (const other of startups.filter((startup) => startup !== slow)) expect(other).toBeLessThan(slow / 3);
  });

  it('makes the naive client wait ten seconds for a frozen node, the one with a quick retry two', async () => {
    const byVictim = async (client: ClientKind) => Math.max(...(await Promise.all(nodeIds.map(async (victimId) => (await simulate('node-paused', client, { victimId, faultAtMs: 100 })).failOverMs ?? 0))));
    expect(await byVictim('naive')).toBeGreaterThan(9_000);
    const quick = await byVictim('naive-retry');
    expect(quick).toBeGreaterThan(1_800);
    expect(quick).toBeLessThan(4_000);
  });

  it('brings the fault at its time and to its victim: bytes come from there before, and from others after', async () => {
    const record = await simulate('node-killed', 'naive', { faultAtMs: 700 });
    expect(record.faultAtMs).toBe(700);
    expect(record.bufferSecAtFault).not.toBeNull();
    expect(record.isStarted).toBe(true);
    const others = record.load.filter(({ nodeId }) => nodeId !== record.victimId).reduce((sum, { bytes }) => sum + bytes, 0);
    expect(others).toBeGreaterThan(0);
  });

  it('plays a video that a manifest accepts, with three holders of each chunk', () => {
    expect(Manifest.parse(manifest)).toEqual(manifest);
    for (const { urls } of manifest.chunks) expect(new Set(urls.map(({ node_id: nodeId }) => nodeId)).size).toBe(3);
  });
});

const root = fileURLToPath(new URL('../../../../../', import.meta.url));

/** Every file of ours that a file is made of. */
const filesOf = (entry: string): Set<string> => {
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const [, target] of readFileSync(path, 'utf8').matchAll(/^(?:import|export)\s[^;]*?from '(\.[^']+)';/gms)) visit(join(dirname(path), target!));
  };
  visit(join(root, entry));
  return new Set([...found].map((path) => relative(root, path).replaceAll('\\', '/')));
};
const within = (files: Set<string>, ...folders: string[]): string[] => [...files].filter((file) => folders.some((folder) => file.startsWith(folder))).sort();

describe('real and virtual time', () => {
  const real = filesOf('runtime/lab/worker/real-sessions.ts');
  const virtual = filesOf('runtime/lab/comparison/virtual/simulate.ts');

  it('play through the very same files: session, clients, schedule, estimates', () => {
    const shared = ['runtime/client/session/', 'runtime/core/client/', 'runtime/core/scheduling/'];
    expect(within(virtual, ...shared)).toEqual(within(real, ...shared));
    expect(within(real, ...shared).length).toBeGreaterThan(10);
    expect(virtual).toContain('runtime/client/session/play-session.ts');
  });

  it('are made into records by the same file', () => {
    expect(real).toContain('runtime/lab/comparison/record.ts');
    expect(virtual).toContain('runtime/lab/comparison/record.ts');
  });

  it('put the same link model between client and node as the emulator does', () => {
    const emulator = filesOf('runtime/services/link-emulator/link-proxy.ts');
    expect(within(virtual, 'runtime/core/link/')).toEqual(within(emulator, 'runtime/core/link/'));
    expect(within(virtual, 'runtime/core/link/').length).toBeGreaterThan(3);
  });

  it('differ in clock, transport and network alone', () => {
    expect(within(virtual, 'runtime/lab/comparison/virtual/').map((file) => file.split('/').at(-1))).toEqual(['clock.ts', 'link-line.ts', 'node.ts', 'simulate.ts', 'transport.ts']);
    expect(within(real, 'runtime/lab/comparison/virtual/')).toEqual([]);
  });
});
