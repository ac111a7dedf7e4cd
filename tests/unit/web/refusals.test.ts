/** What every call refuses at the web door, over REST and over the WebSocket: no token, a foreign page, an input that breaks its schema. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { connectControl, type RemoteControl } from '../../../runtime/client/control/websocket-client.ts';
import { callNames } from '../../../runtime/contract/channels.ts';
import { VStackError } from '../../../runtime/contract/errors.ts';
import { createSessionBook } from '../../../runtime/host/playback/session-book.ts';
import { systemClock } from '../../../runtime/platform/clock.ts';
import { openWebDoor, type WebDoor } from '../../../runtime/web/web-door.ts';
import { badInputs, goodInputs } from '../../fixtures/call-inputs.ts';
import { createFakeHost, type FakeHost } from '../../fixtures/fake-host.ts';

const SECRET = 'c'.repeat(64);
const FOREIGN = 'https://evil.example';
let dir: string;
let door: WebDoor;
let host: FakeHost;
let token: string;
let socket: RemoteControl;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-refusals-'));
  host = createFakeHost();
  door = await openWebDoor({
    host, port: 0, rendererDir: join(dir, 'none'), tokenFile: join(dir, 'web-token.json'), clusterSecret: SECRET, sessions: createSessionBook({ clock: systemClock }),
    uploadTarget: () => {
      throw new VStackError('not_running', 'The uploader is not running.');
    },
  });
  token = new URLSearchParams(new URL(door.signInUrl).hash.slice(1)).get('token')!;
  socket = await connectControl(door.controlUrl, { token });
});
afterAll(async () => {
  socket?.close();
  await door?.close();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => host.asked.splice(0));

const post = async (name: string, input: unknown, headers: Record<string, string>): Promise<{ status: number; code: string; detail: string }> => {
  const response = await fetch(`${door.url}/api/call/${name.replace(':', '/')}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(input),
  });
  return { status: response.status, ...((await response.json()) as { code: string; detail: string }) };
};
const signedIn = (): Record<string, string> => ({ Authorization: `Bearer ${token}` });

describe.each(callNames)('%s', (name) => {
  const good = goodInputs[name] ?? {};

  it('is refused without a token, and with a wrong one', async () => {
    expect(await post(name, good, {})).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(await post(name, good, { Authorization: `Bearer ${'0'.repeat(64)}` })).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(host.asked).toEqual([]);
  });

  it('is refused to a page of another origin, even with the token', async () => {
    expect(await post(name, good, { ...signedIn(), Origin: FOREIGN })).toMatchObject({ status: 403, code: 'foreign_origin' });
    expect(host.asked).toEqual([]);
  });

  it('is refused with an input that breaks its schema, over both wires, in words', async () => {
    for (const input of badInputs[name]) {
      const answer = await post(name, input, signedIn());
      expect(answer).toMatchObject({ status: 400, code: 'bad_request' });
      expect(answer.detail.length).toBeGreaterThan(10);
      await expect(socket.call(name, input as never)).rejects.toMatchObject({ code: 'bad_request' });
    }
    expect(host.asked).toEqual([]);
  });
});

describe('the control socket', () => {
  it('does not open for a page of another origin', async () => {
    const foreign = new WebSocket(door.controlUrl, { origin: FOREIGN });
    const status = await new Promise((resolve) => {
      foreign.once('unexpected-response', (_request, response) => resolve(response.statusCode));
      foreign.once('open', () => resolve('open'));
      foreign.once('error', () => undefined);
    });
    foreign.terminate();
    expect(status).toBe(403);
  });
});
