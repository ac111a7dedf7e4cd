import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { childExit, ChildMessage } from '../../../runtime/contract/child.ts';
import { GRANT_KEY, NODE_KEY, rawRequest, SECRET, URL_KEY } from '../../fixtures/storage-node.ts';

const entry = join(import.meta.dirname, '../../../runtime/services/storage-node/storage-node.ts');
let dir: string;
let child: ChildProcess;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-node-child-'));
});
afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  await rm(dir, { recursive: true, force: true });
});

/** It listens until that kind comes: messages that arrive together are told in one go, and between two `once` the second would be lost. */
const next = (kind: string): Promise<Extract<ChildMessage, { kind: string }> & Record<string, unknown>> =>
  new Promise((resolve) => {
    const hear = (raw: unknown): void => {
      const message = ChildMessage.parse(raw);
      if (message.kind !== kind) return;
      child.off('message', hear);
      resolve(message as never);
    };
    child.on('message', hear);
  });
const launch = async (config: object = {}): Promise<number> => {
  child = fork(entry, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: ['--disable-warning=ExperimentalWarning'] });
  const ready = next('ready');
  child.send({ kind: 'start', name: 'node-1', config: { port: 0, clusterSecret: SECRET, nodeId: 'node-1', dir, grantKey: GRANT_KEY, urlKey: URL_KEY, nodeKey: NODE_KEY, ...config } });
  return Number((await ready).port);
};

describe('the storage node as a process', () => {
  it('gets ready, serves, fails where it is told to, and keeps what it acknowledged when it is killed', async () => {
    const port = await launch();
    expect((await rawRequest(port, '/chunk/a', { method: 'PUT', body: 'kept' })).status).toBe(201);
    const reply = next('reply');
    child.send({ kind: 'call', id: 7, name: 'disk-faults', input: { faults: [{ operations: ['sync'], effect: { kind: 'error', code: 'EIO' } }] } });
    expect(await reply).toMatchObject({ id: 7, ok: true });
    const wish = next('event');
    expect((await rawRequest(port, '/chunk/b', { method: 'PUT', body: 'lost' })).status).toBe(503);
    expect(await wish).toMatchObject({ name: 'restart-wanted' });
    const killed = once(child, 'exit');
    child.kill('SIGKILL');
    await killed;

    const again = await launch();
    expect((await rawRequest(again, '/chunk/a')).body.toString()).toBe('kept');
    expect((await rawRequest(again, '/chunk/c', { method: 'PUT', body: 'new' })).status).toBe(201);
    const stopped = once(child, 'exit');
    child.send({ kind: 'stop', graceMs: 2000 });
    expect((await stopped)[0]).toBe(childExit.stopped);
  });

  it('says what is wrong with its configuration', async () => {
    child = fork(entry, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: ['--disable-warning=ExperimentalWarning'] });
    const failed = next('failed');
    const gone = once(child, 'exit');
    child.send({ kind: 'start', name: 'node-1', config: { port: 0 } });
    expect(await failed).toMatchObject({ code: 'bad_request' });
    expect((await gone)[0]).toBe(childExit.startFailed);
  });
});
