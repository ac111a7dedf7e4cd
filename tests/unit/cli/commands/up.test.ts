import { describe, expect, it } from 'vitest';
import type { OwnHost } from '../../../../runtime/cli/context.ts';
import type { LaunchStep } from '../../../../runtime/contract/control/cluster.ts';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import type { Handlers } from '../../../../runtime/host/dispatcher.ts';
import { clusterFile, node, running, SECRET, setUpCli } from '../../../fixtures/cli.ts';
import { stoppedCluster, until, type FakeHost } from '../../../fixtures/fake-host.ts';

const cli = setUpCli();

describe('up', () => {
  const step = (name: string, phase: LaunchStep['phase']): LaunchStep => ({ name, label: `Label ${name}`, phase, tookMs: phase === 'done' ? 12 : null, detail: null });
  const ownHost = (host: FakeHost): OwnHost => {
    const closed = Promise.withResolvers<void>();
    const close = (): Promise<void> => {
      closed.resolve();
      return closed.promise;
    };
    return { client: host.client, signInUrl: 'http://127.0.0.1:3/#token=t0k3n', clusterFile: () => clusterFile, closed: closed.promise, close };
  };
  const launch = (host: () => FakeHost): Handlers['cluster:launch'] => () => {
    host().events.emit('cluster:changed', stoppedCluster({ phase: 'starting', steps: [step('metadata', 'done'), step('node-1', 'running')] }));
    host().events.emit('cluster:changed', stoppedCluster({ phase: 'starting', steps: [step('metadata', 'done'), step('node-1', 'done')] }));
    return running({ steps: [step('metadata', 'done'), step('node-1', 'done')] });
  };

  it('tells each step once, then ready with everything of cluster.json but the secret, and ends cleanly on the signal', async () => {
    const aborter = new AbortController();
    let host!: FakeHost;
    const ran = cli.run('up --json --nodes 3 --auth off', { 'cluster:launch': launch(() => host) }, { own: ownHost, signal: aborter.signal, onHost: (made) => (host = made) });
    await until(() => host.asked.length > 0);
    await new Promise((resolve) => setImmediate(resolve));
    host.events.emit('cluster:changed', running());
    host.events.emit('cluster:changed', running({ phase: 'degraded', children: [node('node-1'), node('node-2', { phase: 'restarting', pid: null, problem: 'It was killed.' })] }));
    aborter.abort();
    host.events.emit('cluster:changed', running({ phase: 'stopping', children: [node('node-1', { phase: 'stopping' })] }));
    const { code, lines, out } = await ran;
    expect(code).toBe(0);
    expect(host.asked[0]).toEqual({ name: 'cluster:launch', input: { nodeCount: 3, authentication: 'off' } });
    expect(lines.map(({ event, name }) => [event, name])).toEqual([['step', 'metadata'], ['step', 'node-1'], ['ready', undefined], ['child', 'node-2'], ['stopped', undefined]]);
    expect(lines[3]).toMatchObject({ phase: 'restarting', pid: null, problem: 'It was killed.' });
    const { event: _event, ...ready } = lines[2]!;
    const { secret: _secret, ...expected } = clusterFile;
    expect(ready).toEqual(expected);
    expect(out).not.toContain(SECRET);
    expect(out).not.toContain('t0k3n');
  });

  it('says what failed, stops what was started, and exits with 1', async () => {
    let wasClosed = false;
    const { code, err } = await cli.run('up', {
      'cluster:launch': () => {
        throw new VStackError('port_in_use', 'Port 8080, wanted for metadata, is held by process 7 (nginx).');
      },
      'cluster:status': () => stoppedCluster({ phase: 'failed', steps: [step('prepare', 'failed')] }),
    }, { own: (host) => ({ ...ownHost(host), close: () => Promise.resolve(void (wasClosed = true)) }) });
    expect(code).toBe(1);
    expect(err).toContain('held by process 7 (nginx)');
    expect(wasClosed).toBe(true);
  });

  it('exits with 130 when it was cancelled during the launch', async () => {
    const aborter = new AbortController();
    const { code, err } = await cli.run('up', { 'cluster:status': () => stoppedCluster(), 'cluster:launch': (_input, { signal }) => new Promise(() => {
      signal.addEventListener('abort', () => {});
      aborter.abort();
    }) }, { own: ownHost, signal: aborter.signal });
    expect(code).toBe(130);
    expect(err).toBe('Error: The launch was cancelled; everything is stopped.\n');
  });

  it('serve --launch tells when the cluster is ready, and why it is not', async () => {
    const aborter = new AbortController();
    const ran = cli.run('serve --launch --no-open --json', { 'cluster:launch': () => running() }, { own: ownHost, signal: aborter.signal });
    setTimeout(() => aborter.abort(), 20);
    const { code, lines } = await ran;
    expect(code).toBe(0);
    expect(lines.map(({ event }) => event)).toEqual(['serving', 'ready', 'stopped']);
    expect(lines[1]).toMatchObject({ metadata_url: 'http://127.0.0.1:1' });
    expect(JSON.stringify(lines[1])).not.toContain(SECRET);
    expect((await cli.run('serve --launch --no-open --json', { 'cluster:status': () => running() })).lines.map(({ event }) => event)).toEqual(['ready', 'serving']);

    const failing = new AbortController();
    setTimeout(() => failing.abort(), 20);
    const failed = await cli.run('serve --launch --no-open --json', {
      'cluster:status': () => stoppedCluster({ phase: 'failed' }),
      'cluster:launch': () => {
        throw new VStackError('port_in_use', 'Port 8080 is taken.');
      },
    }, { own: ownHost, signal: failing.signal });
    expect(failed.lines[1]).toEqual({ event: 'error', code: 'port_in_use', detail: 'Port 8080 is taken.' });
  });

  it('attaches to a host that runs already, and says which process that is', async () => {
    const { code, out, host } = await cli.run('up', { 'cluster:status': () => running() });
    expect(code).toBe(0);
    expect(out).toContain('running already in process 4242');
    expect(host.asked.map(({ name }) => name)).not.toContain('cluster:launch');
    expect((await cli.run('up --json', { 'cluster:status': () => running() })).lines.at(-1)).toMatchObject({ event: 'ready', attached: true, pid: 4242 });
  });

  it('says which options the running cluster does not have, and how to change that', async () => {
    const { code, err, out } = await cli.run('up --nodes 5 --port-base 8080', { 'cluster:status': () => running() });
    expect(code).toBe(0);
    expect(out).toContain('running already');
    expect(err).toMatch(/^Warning: --nodes 5 was not applied\. The running cluster has 2 nodes; .*nodes add/);
    expect(err).toMatch(/--port-base 8080 was not applied\. .*port 1;.*vstack down/);
    const json = await cli.run('up --json --nodes 1', { 'cluster:status': () => running() });
    expect(json.err).toBe('');
    expect(json.lines.at(-1)).toMatchObject({ event: 'ready', ignored: [{ option: '--nodes', wanted: 1, running: 2, advice: expect.stringContaining('nodes remove') }] });
    const copies = await cli.run('up --replicas 5', { 'cluster:status': () => running({ replicaCount: 3 }) });
    expect(copies.err).toMatch(/--replicas 5 was not applied\. New videos get 3 copies.*--replicas 5/);
    expect((await cli.run('serve --no-open --port 8888')).err).toMatch(/--port 8888 was not applied\. .*port 3;/);
  });

  it('says nothing of options that the running cluster has', async () => {
    expect(await cli.run('up --nodes 2 --port-base 1 --auth on --replicas 3', { 'cluster:status': () => running({ replicaCount: 3 }) })).toMatchObject({ code: 0, err: '' });
    expect(await cli.run('serve --no-open --port 3')).toMatchObject({ code: 0, err: '' });
  });

  it('refuses to pass off a cluster with the other authentication as the one asked for', async () => {
    const { code, err } = await cli.run('up --auth on', { 'cluster:status': () => running({ authentication: 'off' }) });
    expect(code).toBe(1);
    expect(err).toMatch(/authentication off, not on; .*vstack down.*--auth on/);
  });

  it('launches through a host that runs without a cluster', async () => {
    const { code, host } = await cli.run('up --nodes 4', { 'cluster:status': () => stoppedCluster(), 'cluster:launch': () => running() });
    expect(code).toBe(0);
    expect(host.asked.at(-1)).toEqual({ name: 'cluster:launch', input: { nodeCount: 4 } });
  });

  it('waits for a launch that somebody else has begun', async () => {
    let host!: FakeHost;
    const { code, lines } = await cli.run('up --json', {
      'cluster:status': () => {
        setTimeout(() => host.events.emit('cluster:changed', running()), 5);
        return stoppedCluster({ phase: 'starting' });
      },
    }, { onHost: (made) => (host = made) });
    expect(code).toBe(0);
    expect(lines.at(-1)).toMatchObject({ event: 'ready', attached: true });
    expect(host.asked.map(({ name }) => name)).not.toContain('cluster:launch');
  });

  it('serve prints one address and opens it, unless told not to', async () => {
    const aborter = new AbortController();
    const opened: string[] = [];
    setTimeout(() => aborter.abort(), 20);
    const { out, code } = await cli.run('serve', {}, { own: ownHost, signal: aborter.signal, opened });
    expect(code).toBe(0);
    expect(out).toContain('http://127.0.0.1:3/#token=t0k3n');
    expect(opened).toEqual(['http://127.0.0.1:3/#token=t0k3n']);
    const quiet: string[] = [];
    expect((await cli.run('serve --no-open --json', {}, { opened: quiet })).lines.at(-1)).toEqual({ event: 'serving', url: 'http://127.0.0.1:3/#token=t0k3n', attached: true, ignored: [] });
    expect(quiet).toEqual([]);
  });
});
