import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChildMessage, ParentMessageInput } from '../../runtime/contract/child.ts';
import { createFakeStarter, politeProgram } from '../../runtime/platform/process/fake-starter.ts';
import { createNodeStarter } from '../../runtime/platform/process/node-starter.ts';
import type { ChildHandle, Starter } from '../../runtime/platform/process/starter.ts';

const scripted = fileURLToPath(new URL('../fixtures/children/scripted.ts', import.meta.url));

const implementations: Record<string, () => Starter> = {
  'real processes': () => createNodeStarter({ nodePath: process.execPath }),
  'scripted fakes': () => createFakeStarter({ [scripted]: politeProgram() }),
};

/** Launches a child and lets a test await the messages it is interested in, whatever else arrives in between. */
const launch = (starter: Starter, entry = scripted) => {
  const seen: ChildMessage[] = [];
  const waiting: { kind: string; resolve: (message: never) => void }[] = [];
  const handle = starter.start({
    entry,
    nonce: 'suite-nonce',
    onMessage: (message) => {
      seen.push(message);
      waiting.filter(({ kind }) => kind === message.kind).forEach(({ resolve }) => resolve(message as never));
    },
  });
  const next = <Kind extends ChildMessage['kind']>(kind: Kind): Promise<Extract<ChildMessage, { kind: Kind }>> => {
    const { promise, resolve } = Promise.withResolvers<Extract<ChildMessage, { kind: Kind }>>();
    waiting.push({ kind, resolve: resolve as (message: never) => void });
    return promise;
  };
  /** Sends, and waits for the first message of that kind that follows. */
  const ask = <Kind extends ChildMessage['kind']>(message: ParentMessageInput, kind: Kind) => {
    const answer = next(kind);
    handle.send(message);
    return answer;
  };
  return { handle, seen, next, ask };
};

const start = { kind: 'start', name: 'n1', config: { port: 0 } } as const;

describe.each(Object.entries(implementations))('a Starter of %s', (_name, createStarter) => {
  const handles: ChildHandle[] = [];
  afterEach(async () => {
    for (const handle of handles.splice(0)) {
      handle.kill();
      await handle.exit;
    }
  });
  const launched = (entry?: string) => {
    const child = launch(createStarter(), entry);
    handles.push(child.handle);
    return child;
  };

  it('launches a child that beats, becomes ready with its port and answers calls', async () => {
    const { handle, seen, ask } = launched();
    const ready = await ask(start, 'ready');
    expect(ready.port).toBeGreaterThan(0);
    expect(seen[0]).toMatchObject({ kind: 'beat' });
    expect(await ask({ kind: 'call', id: 7, name: 'echo', input: { a: [1, 'zwei'] } }, 'reply')).toEqual({ kind: 'reply', id: 7, ok: true, output: { a: [1, 'zwei'] } });
    expect(await ask({ kind: 'call', id: 8, name: 'sing' }, 'reply')).toMatchObject({ id: 8, ok: false, error: { code: 'not_supported' } });
    expect(await handle.identity).toMatchObject({ pid: handle.pid, startTime: expect.stringMatching(/./) as string });
  });

  it('ends with code 0 when the child is asked to stop', async () => {
    const { handle, ask } = launched();
    await ask(start, 'ready');
    handle.send({ kind: 'stop', graceMs: 2000 });
    expect(await handle.exit).toMatchObject({ code: 0 });
  });

  it('kills a child at once, also one that has not been started yet', async () => {
    const { handle } = launched();
    handle.kill();
    expect(await handle.exit).toMatchObject({ signal: 'SIGKILL' });
  });

  it('drops messages to a child that has ended', async () => {
    const { handle } = launched();
    handle.kill();
    await handle.exit;
    handle.send(start);
    handle.kill();
    expect(await handle.exit).toMatchObject({ signal: 'SIGKILL' });
  });

  it('tells why a child could not be launched', async () => {
    const { handle } = launched('/nowhere/no-such-child.js');
    expect((await handle.exit).reason).toContain('/nowhere/no-such-child.js');
  });

  it.skipIf(process.platform === 'win32')('silences a child while it is paused and delivers what waited when it resumes', async () => {
    const { handle, seen, ask } = launched();
    await ask(start, 'ready');
    await handle.pause();
    const reply = ask({ kind: 'call', id: 9, name: 'echo', input: 1 }, 'reply');
    const other = launched();
    await other.ask(start, 'ready');
    expect(seen.filter(({ kind }) => kind === 'reply')).toEqual([]);
    handle.resume();
    expect(await reply).toMatchObject({ id: 9, output: 1 });
  });

  it.skipIf(process.platform === 'win32')('kills a paused child', async () => {
    const { handle, ask } = launched();
    await ask(start, 'ready');
    await handle.pause();
    handle.kill();
    expect(await handle.exit).toMatchObject({ signal: 'SIGKILL' });
  });
});
