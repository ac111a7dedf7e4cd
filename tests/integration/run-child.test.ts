import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { childExit, type ChildMessage } from '../../runtime/contract/child.ts';
import { scriptedEntry } from '../fixtures/supervision/cluster-fixture.ts';

let child: ChildProcess | undefined;
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** Every message and the end are noted from the launch on: two messages may arrive in one turn, and an exit before anybody asks for it. */
let inbox: ChildMessage[] = [];
let exited: Promise<unknown[]>;
const watch = (launched: ChildProcess): ChildProcess => {
  child = launched;
  inbox = [];
  launched.on('message', (message) => inbox.push(message as ChildMessage));
  exited = once(launched, 'exit');
  return launched;
};
const launch = (): ChildProcess => watch(fork(scriptedEntry, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] }));
const start = { kind: 'start', name: 'n1', config: {} };
const next = async <Kind extends ChildMessage['kind']>(kind: Kind): Promise<Extract<ChildMessage, { kind: Kind }>> => {
  for (;;) {
    while (inbox.length > 0) {
      const message = inbox.shift()!;
      if (message.kind === kind) return message as Extract<ChildMessage, { kind: Kind }>;
    }
    await once(child!, 'message');
  }
};
const exitCode = async (): Promise<number> => ((await exited) as [number])[0];

describe('a child program', () => {
  it('ends by itself when its channel closes', async () => {
    launch().send(start);
    await next('ready');
    child!.disconnect();
    expect(await exitCode()).toBe(childExit.abandoned);
  });

  it('ends by itself when its channel closed while it was being loaded, with the start message on its way', async () => {
    launch().send(start, () => child!.disconnect());
    expect(await exitCode()).toBe(childExit.abandoned);
  });

  it('ends by itself when its channel closes while it starts for ever', async () => {
    launch().send({ ...start, config: { start: 'never' } });
    await next('beat');
    child!.disconnect();
    expect(await exitCode()).toBe(childExit.abandoned);
  });

  it('says what is wrong with its configuration', async () => {
    launch().send({ ...start, config: { port: 'eight' } });
    expect(await next('failed')).toMatchObject({ code: 'bad_request', detail: expect.stringMatching(/storage-node is wrong at "port"/) as string });
    expect(await exitCode()).toBe(childExit.startFailed);
  });

  it('leaves with its last words when something is thrown that nobody catches', async () => {
    launch().send(start);
    await next('ready');
    child!.send({ kind: 'call', id: 1, name: 'crash' });
    expect(await next('failed')).toMatchObject({ code: 'internal', detail: 'crashed on purpose' });
    expect(await exitCode()).toBe(childExit.crashed);
  });

  it.skipIf(process.platform === 'win32')('does not leave on Ctrl-C, which is for its supervisor, but on SIGTERM', async () => {
    launch().send(start);
    await next('ready');
    child!.kill('SIGINT');
    child!.kill('SIGHUP');
    await next('beat');
    child!.kill('SIGTERM');
    expect(await exitCode()).toBe(childExit.stopped);
  });

  it('tells in its beats how long it has been able to work: not before it is ready, nor once it is asked to stop', async () => {
    launch().send({ ...start, beatMs: 20 });
    expect(await next('beat')).not.toHaveProperty('servingMs');
    await next('ready');
    const first = (await next('beat')).servingMs!;
    expect((await next('beat')).servingMs).toBeGreaterThan(first);
    child!.send({ kind: 'stop', graceMs: 1000 });
    await exited;
    expect(inbox.findLast(({ kind }) => kind === 'beat')).not.toHaveProperty('servingMs');
  });

  it('explains itself when it is started by hand', async () => {
    watch(spawn(process.execPath, [scriptedEntry], { stdio: ['ignore', 'ignore', 'pipe'] }));
    const [text] = (await once(child!.stderr!, 'data')) as [Buffer];
    expect(text.toString('utf8')).toContain('vstack up');
    expect(await exitCode()).toBe(childExit.noChannel);
  });
});
