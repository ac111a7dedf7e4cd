import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterFile } from '../../../runtime/contract/cluster-file.ts';
import { attachToHost, attachToStartingHost, readClusterFile } from '../../../runtime/host/attach.ts';
import { openControlDoor } from '../../../runtime/host/door/control-door.ts';
import { createFakeHost, stoppedCluster } from '../../fixtures/fake-host.ts';

const SECRET = 's'.repeat(64);
let dir: string;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-attach-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await rm(dir, { recursive: true, force: true });
});

const write = (overrides: Partial<ClusterFile> = {}): Promise<void> => {
  // Names no link emulator, as a file of an older host does.
  const file: Partial<ClusterFile> = { version: 1, metadata_url: null, uploader_url: null, web_url: null, control_url: null, secret: SECRET, pid: 1, metadata_pid: null, uploader_pid: null, nodes: [], ...overrides };
  return writeFile(join(dir, 'cluster.json'), JSON.stringify(file));
};
const openDoor = async (secret = SECRET): Promise<string> => {
  const door = await openControlDoor({ host: createFakeHost({ 'cluster:status': () => stoppedCluster() }), port: 0, tokens: [secret], httpToken: secret });
  closers.push(() => door.close());
  return door.controlUrl;
};

describe('attaching to a host', () => {
  it('connects with the secret that stands in cluster.json', async () => {
    await write({ control_url: await openDoor() });
    const remote = await attachToHost(dir);
    closers.push(() => remote.close());
    expect(await remote.call('cluster:status', {})).toMatchObject({ phase: 'stopped' });
  });

  it('says that nothing runs when there is no file, no socket in it, or nobody behind it', async () => {
    const nothing = { code: 'not_running', message: expect.stringContaining('vstack up') };
    await expect(attachToHost(dir)).rejects.toMatchObject(nothing);
    await write();
    await expect(attachToHost(dir)).rejects.toMatchObject(nothing);
    await write({ control_url: 'ws://127.0.0.1:1/control' });
    await expect(attachToHost(dir)).rejects.toMatchObject(nothing);
  });

  it('does not take a stranger for the host: another cluster, or another program on that port', async () => {
    await write({ control_url: await openDoor('another secret') });
    await expect(attachToHost(dir)).rejects.toMatchObject({ code: 'not_running' });
    const stranger = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => stranger.close(resolve)));
    await write({ control_url: `ws://127.0.0.1:${(stranger.address() as AddressInfo).port}/control` });
    await expect(attachToHost(dir)).rejects.toMatchObject({ code: 'not_running' });
  });

  it('refuses a file that is none of ours', async () => {
    await writeFile(join(dir, 'cluster.json'), '{"version": 99}');
    await expect(readClusterFile(dir)).rejects.toMatchObject({ code: 'corrupt' });
    await writeFile(join(dir, 'cluster.json'), 'nonsense');
    await expect(readClusterFile(dir)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('waits for a host that has its lock already and its socket not yet', async () => {
    const attaching = attachToStartingHost(dir);
    await write({ control_url: await openDoor() });
    const remote = await attaching;
    closers.push(() => remote.close());
    expect(remote.welcome.version).toBe('0.0.0');
  });
});
