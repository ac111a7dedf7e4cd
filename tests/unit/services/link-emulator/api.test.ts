import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LinkEmulatorConfig, type LinkEmulatorConfigInput, LINKS_CHANGED } from '../../../../runtime/contract/child-config.ts';
import { normalLink } from '../../../../runtime/contract/link.ts';
import { builtInProfiles } from '../../../../runtime/contract/network.ts';
import { LinkEmulatorHealth, LinkInfo, LinksResponse } from '../../../../runtime/contract/wire/link-emulator.ts';
import { systemClock } from '../../../../runtime/platform/clock.ts';
import { silentLogger } from '../../../../runtime/platform/log.ts';
import { createLinkEmulator, type LinkEmulator } from '../../../../runtime/services/link-emulator/service.ts';
import { eventually, peerOf, startServer, type TestServer } from '../../../fixtures/link-rig.ts';
import { linkWith } from '../../../fixtures/virtual-link.ts';

const SECRET = 'a'.repeat(64);
const nowhere = { host: '127.0.0.1', port: 9 };

let emulator: LinkEmulator;
let events: { name: string; data: unknown }[];
const start = async (config: Partial<LinkEmulatorConfigInput> = {}): Promise<LinkEmulator> => {
  events = [];
  return (emulator = await createLinkEmulator({
    config: LinkEmulatorConfig.parse({ port: 0, clusterSecret: SECRET, ...config }),
    clock: systemClock,
    log: silentLogger(),
    emit: (name, data) => void events.push({ name, data }),
  }));
};
beforeEach(() => start({ links: [{ nodeId: 'node-1', port: 0, target: nowhere }, { nodeId: 'node-2', port: 0, target: null }] }));
afterEach(() => emulator.stop(500));

const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = { authorization: `Bearer ${SECRET}` }): Promise<{ status: number; body: Record<string, unknown> }> => {
  const answer = await fetch(`${emulator.url}${path}`, { method, headers, ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
  const text = await answer.text();
  return { status: answer.status, body: (text.startsWith('{') ? JSON.parse(text) : { text }) as Record<string, unknown> };
};

describe('the link emulator’s API', () => {
  it('tells its health and its links', async () => {
    expect(LinkEmulatorHealth.parse((await ask('GET', '/health')).body)).toEqual({ status: 'healthy', service: 'link-emulator', links: 2 });
    const { links } = LinksResponse.parse((await ask('GET', '/links')).body);
    expect(links.map(({ node_id, normal, target, settings }) => ({ node_id, normal, target, settings }))).toEqual([
      { node_id: 'node-1', normal: true, target: nowhere, settings: normalLink },
      { node_id: 'node-2', normal: true, target: null, settings: normalLink },
    ]);
    expect(links.map(({ node_id, port }) => ({ nodeId: node_id, port }))).toEqual(emulator.ports().links);
    expect(LinkInfo.strict().parse((await ask('GET', '/links/node-2')).body)).toEqual(links[1]);
    expect(await ask('GET', '/links/node-9')).toMatchObject({ status: 404, body: { code: 'not_found', detail: expect.stringContaining('node-1, node-2') as string } });
  });

  it('changes what is named, keeps the rest, and tells the supervisor of all links', async () => {
    await ask('PUT', '/links/node-1', { toNode: { latencyMs: 30 }, slowCloseMs: 100 });
    const { status, body } = await ask('PUT', '/links/node-1', { toNode: { jitterMs: 5 }, partition: 'both' });
    const expected = linkWith({ toNode: { latencyMs: 30, jitterMs: 5 }, slowCloseMs: 100, partition: 'both' });
    expect(status).toBe(200);
    expect(LinkInfo.parse(body)).toMatchObject({ node_id: 'node-1', normal: false, settings: expected });
    expect(events).toHaveLength(2);
    expect(events[1]).toEqual({ name: LINKS_CHANGED, data: { links: [{ nodeId: 'node-1', settings: expected }, { nodeId: 'node-2', settings: normalLink }] } });
  });

  it('takes the settings of every profile as they are, and goes back to normal', async () => {
    for (const { settings } of builtInProfiles) expect((await ask('PUT', '/links/node-1', settings)).body.settings).toEqual(settings);
    const { links } = LinksResponse.parse((await ask('POST', '/links/reset')).body);
    expect(links.every(({ normal }) => normal)).toBe(true);
    expect(events.at(-1)!.data).toMatchObject({ links: [{ settings: normalLink }, { settings: normalLink }] });
  });

  it.each([
    [{ toNode: { latencyMs: -1 } }, 'toNode.latencyMs'],
    [{ toClient: { bitsPerSecond: 10 } }, 'toClient.bitsPerSecond'],
    [{ toClient: { loss: { model: 'bernoulli', share: 2 } } }, 'toClient.loss.share'],
    [{ toClient: { loss: { model: 'coin' } } }, 'toClient.loss.model'],
    [{ partition: 'east' }, 'partition'],
    [{ isFailed: 'yes' }, 'isFailed'],
    [{ resetShare: 1.5 }, 'resetShare'],
    [{ slowCloseMs: 1e9 }, 'slowCloseMs'],
    [{ latencyMs: 5 }, 'latencyMs'],
    [{ toNode: { latency: 5 } }, 'latency'],
    ['{"toNode":', 'JSON'],
  ])('refuses %j and names what is wrong: %s', async (body, named) => {
    expect(await ask('PUT', '/links/node-1', body)).toMatchObject({ status: 400, body: { code: 'bad_request', detail: expect.stringContaining(named) as string } });
    expect((await ask('GET', '/links/node-1')).body.normal).toBe(true);
    expect(events).toEqual([]);
  });

  it.each([
    ['without the secret', {}, 401],
    ['with another secret', { authorization: `Bearer ${'b'.repeat(64)}` }, 401],
    ['from a foreign page', { authorization: `Bearer ${SECRET}`, origin: 'http://evil.example' }, 403],
  ])('refuses calls %s', async (_, headers: Record<string, string>, status) => {
    for (const [method, path] of [['GET', '/health'], ['GET', '/links'], ['PUT', '/links/node-1'], ['POST', '/links/reset'], ['GET', '/metrics']] as const) {
      expect((await ask(method, path, method === 'PUT' ? {} : undefined, headers)).status).toBe(status);
    }
    expect(events).toEqual([]);
  });

  it('refuses a Host that is not its own', async () => {
    const socket = connect(emulator.port, '127.0.0.1');
    socket.end(`GET /links HTTP/1.1\r\nHost: rebound.example\r\nAuthorization: Bearer ${SECRET}\r\nConnection: close\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 403 /);
    socket.destroy();
  });

  it('exposes counters and settings as metrics in base units', async () => {
    await ask('PUT', '/links/node-1', { toClient: { latencyMs: 75, bitsPerSecond: 8e6, loss: { model: 'bernoulli', share: 0.02 } }, partition: 'to-node' });
    const { body } = await ask('GET', '/metrics');
    const lines = String(body.text).split('\n');
    expect(lines).toEqual(expect.arrayContaining([
      'vstack_link_latency_seconds{node="node-1",direction="to_client"} 0.075',
      'vstack_link_latency_seconds{node="node-1",direction="to_node"} 0',
      'vstack_link_rate_bytes_per_second{node="node-1",direction="to_client"} 1000000',
      'vstack_link_loss_ratio{node="node-1",direction="to_client"} 0.02',
      'vstack_link_partitioned{node="node-1"} 1',
      'vstack_link_failed{node="node-2"} 0',
      'vstack_link_bytes_total{node="node-2",direction="to_node"} 0',
      'vstack_link_connections{node="node-1"} 0',
    ]));
    expect(lines.filter((line) => line.startsWith('vstack_link_rate_bytes_per_second{'))).toHaveLength(1);
  });
});

describe('the supervisor’s calls', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startServer((socket) => void socket.pipe(socket));
  });
  afterEach(() => server.close());

  it('open a link, aim it, set it, count it and close it', async () => {
    const opened = await emulator.calls['link-open']({ nodeId: 'node-3', port: 0, target: null, settings: linkWith({ isFailed: true }) });
    const { port } = (opened as { links: { nodeId: string; port: number }[] }).links[0]!;
    expect(emulator.ports().links).toContainEqual({ nodeId: 'node-3', port });
    await emulator.calls['link-target']({ nodeId: 'node-3', target: { host: '127.0.0.1', port: server.port } });
    await emulator.calls['links-set']({ links: [{ nodeId: 'node-3', settings: normalLink }] });
    const client = peerOf(connect(port, '127.0.0.1'));
    client.socket.write('echo');
    await client.until(4);
    const counted = await emulator.calls['links-counters']({});
    expect(counted).toMatchObject({ links: [{ nodeId: 'node-1' }, { nodeId: 'node-2' }, { nodeId: 'node-3', counters: { bytesToNode: 4, bytesToClient: 4, connectionCount: 1 } }] });
    expect(emulator.beat()).toMatchObject({ links: { bytesToNode: 4, connectionCountTotal: 1 }, requests: { requestCount: 0 } });
    expect(await emulator.calls['link-close']({ nodeId: 'node-3' })).toEqual({});
    expect(await client.closed).toBe('ECONNRESET');
    expect(emulator.ports().links.map(({ nodeId }) => nodeId)).toEqual(['node-1', 'node-2']);
    // What the supervisor sets it knows already.
    expect(events).toEqual([]);
  });

  it('change all links named or none', () => {
    const settings = linkWith({ partition: 'both' });
    expect(() => emulator.calls['links-set']({ links: [{ nodeId: 'node-1', settings }, { nodeId: 'node-9', settings }] })).toThrow(expect.objectContaining({ code: 'not_found' }));
    expect(() => emulator.calls['links-set']({ links: [{ nodeId: 'node-1' }] })).toThrow(expect.objectContaining({ code: 'bad_request' }));
    expect(() => emulator.calls['link-target']({ nodeId: 'node-9', target: null })).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('refuse a second link of a node, and a port that is taken', async () => {
    await expect(emulator.calls['link-open']({ nodeId: 'node-1', port: 0, target: null })).rejects.toMatchObject({ code: 'conflict' });
    await expect(emulator.calls['link-open']({ nodeId: 'node-4', port: server.port, target: null })).rejects.toMatchObject({ code: 'port_in_use' });
    expect(emulator.ports().links).toHaveLength(2);
  });

  it('forget a link that is closed twice', async () => {
    await emulator.calls['link-close']({ nodeId: 'node-2' });
    expect(await emulator.calls['link-close']({ nodeId: 'node-2' })).toEqual({});
  });
});

describe('a link emulator that stops', () => {
  it('resets what is open and frees all ports, also when it could not start', async () => {
    const server = await startServer();
    const { links } = emulator.ports();
    await emulator.calls['link-target']({ nodeId: 'node-1', target: { host: '127.0.0.1', port: server.port } });
    const client = peerOf(connect(links[0]!.port, '127.0.0.1'));
    await server.accept();
    await emulator.stop(500);
    expect(await client.closed).toBe('ECONNRESET');
    const specs = links.map(({ nodeId, port }) => ({ nodeId, port, target: null }));
    await expect(start({ links: [...specs, { nodeId: 'node-3', port: server.port, target: null }] })).rejects.toMatchObject({ code: 'port_in_use' });
    await start({ links: specs });
    await eventually(() => emulator.ports().links.length === 2);
    await server.close();
  });
});
