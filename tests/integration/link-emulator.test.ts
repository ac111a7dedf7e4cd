import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { childExit } from '../../runtime/contract/child.ts';
import { LINKS_CHANGED } from '../../runtime/contract/child-config.ts';
import { normalLink } from '../../runtime/contract/link.ts';
import { eventually, peerOf, startServer, type TestServer } from '../fixtures/link-rig.ts';
import { EMULATOR_SECRET, spawnLinkEmulator, type SpawnedEmulator } from '../fixtures/spawn-link-emulator.ts';
import { bothWays, linkWith } from '../fixtures/virtual-link.ts';

let server: TestServer;
let emulator: SpawnedEmulator | undefined;
beforeEach(async () => {
  server = await startServer((socket) => void socket.pipe(socket));
});
afterEach(async () => {
  await emulator?.kill();
  emulator = undefined;
  await server.close();
});

describe('the link emulator as a process', () => {
  it('gets ready with its ports, passes bytes, obeys, tells what it does, and stops when it is asked to', async () => {
    const target = { host: '127.0.0.1', port: server.port };
    emulator = await spawnLinkEmulator({ links: [{ nodeId: 'node-1', port: 0, target, settings: bothWays({ latencyMs: 2 }) }], seed: 7 }, { beatMs: 50 });
    expect(emulator.ready.links).toEqual([{ nodeId: 'node-1', port: expect.any(Number) as number }]);
    const client = peerOf(connect(emulator.ready.links[0]!.port, '127.0.0.1'));
    client.socket.write('through another process');
    expect((await client.until(23)).toString()).toBe('through another process');

    await emulator.call('links-set', { links: [{ nodeId: 'node-1', settings: normalLink }] });
    const { links } = await emulator.call('link-open', { nodeId: 'node-2', port: 0, target: null });
    expect(links).toEqual([{ nodeId: 'node-2', port: expect.any(Number) as number }]);
    await expect(emulator.call('link-target', { nodeId: 'node-9', target })).rejects.toThrow('not_found');

    const changed = await fetch(`${emulator.url}/links/node-1`, { method: 'PUT', headers: { authorization: `Bearer ${EMULATOR_SECRET}` }, body: '{"isFailed":true}' });
    expect(changed.status).toBe(200);
    expect(await client.closed).toBe('ECONNRESET');
    const { events, beats } = emulator;
    await eventually(() => events.length > 0);
    expect(events).toMatchObject([{ name: LINKS_CHANGED, data: { links: [{ nodeId: 'node-1', settings: linkWith({ isFailed: true }) }, { nodeId: 'node-2', settings: normalLink }] } }]);
    await eventually(() => beats.some(({ links: totals }) => (totals as { resetCountTotal?: number } | undefined)?.resetCountTotal === 1));
    expect(beats.at(-1)).toMatchObject({ requests: { requestCount: 1, errorCount: 0 }, links: { bytesToNode: 23, bytesToClient: 23, connectionCount: 0, connectionCountTotal: 1 } });
    expect(await emulator.stop()).toBe(childExit.stopped);
  });

  it('says which port it could not have', async () => {
    await expect(spawnLinkEmulator({ links: [{ nodeId: 'node-1', port: server.port, target: null }] })).rejects.toThrow(`port_in_use: Port ${server.port} is taken`);
  });
});
