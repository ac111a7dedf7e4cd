import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import { node, running, setUpCli } from '../../../fixtures/cli.ts';
import { stoppedCluster } from '../../../fixtures/fake-host.ts';

const cli = setUpCli();

describe('status and nodes', () => {
  it('show an aligned table, without colours when nobody watches', async () => {
    const { code, out } = await cli.run('status', { 'cluster:status': () => running({ children: [node('node-1'), node('node-22', { phase: 'crashed', pid: null, problem: 'It crashed 5 times.' })] }) });
    expect(code).toBe(0);
    expect(out).not.toContain('\u001b');
    const rows = out.split('\n').filter((line) => /^(PROCESS|node-)/.test(line) && !line.includes(':  '));
    expect(rows[0]!.indexOf('STATE')).toBe(rows[1]!.indexOf('ready'));
    expect(rows[0]!.indexOf('STATE')).toBe(rows[2]!.indexOf('crashed'));
    expect(out).toContain('node-22: It crashed 5 times.');
    expect(out).toContain('process 4242');
  });

  it('show colours on a terminal', async () => {
    expect((await cli.run('nodes', { 'cluster:status': () => running() }, { isTTY: true })).out).toContain('\u001b[32mready');
  });

  it('speak snake_case in JSON, the result last', async () => {
    const { lines } = await cli.run('status --json', { 'cluster:status': () => running() });
    expect(lines.at(-1)).toMatchObject({ event: 'result', phase: 'ready', launch_ms: 1234, host_pid: 4242, children: [{ name: 'node-1', rss_bytes: 62914560, restart_count: 0 }, {}] });
  });

  it('tell by the exit code that the host runs and the cluster does not', async () => {
    expect((await cli.run('status', { 'cluster:status': () => stoppedCluster() })).code).toBe(3);
  });

  it.each(['stop', 'start', 'restart', 'kill', 'pause', 'resume'] as const)('%s one node', async (action) => {
    const { code, host, out } = await cli.run(`nodes ${action} node-2`, { [`nodes:${action}`]: () => ({}) });
    expect(code).toBe(0);
    expect(host.asked.at(-1)).toEqual({ name: `nodes:${action}`, input: { nodeId: 'node-2' } });
    expect(out).toContain('node-2');
  });

  it('name the known actions when asked for another', async () => {
    expect((await cli.run('nodes frob node-1')).err).toMatch(/unknown action frob; known: stop, start, .*add, remove/);
  });

  it('add and remove nodes', async () => {
    expect((await cli.run('nodes add --json', { 'nodes:add': () => ({ nodeId: 'node-6' }) })).lines).toEqual([{ event: 'result', node_id: 'node-6' }]);
    const { host } = await cli.run('nodes remove node-1 --delete-data', { 'nodes:remove': () => ({}) });
    expect(host.asked.at(-1)).toEqual({ name: 'nodes:remove', input: { nodeId: 'node-1', deleteData: true } });
  });
});

describe('rebuild, doctor, down', () => {
  it('tells what a rebuild restored, and what it could not yet', async () => {
    const { out, code } = await cli.run('metadata rebuild', { 'metadata:rebuild': () => ({ videos: 2, chunks: 12, provisional: true }) });
    expect(code).toBe(0);
    expect(out).toContain('2 videos and 12 chunks');
    expect(out).toContain('Not every node has answered');
  });

  it('rebuilds no database where there never was a cluster, and makes none', async () => {
    let hasStarted = false;
    const { code, err } = await cli.run('metadata rebuild', {}, { isRunning: false, own: () => {
      hasStarted = true;
      throw new VStackError('internal', 'A host was started.');
    } });
    expect(code).toBe(3);
    expect(err).toContain(`There is no cluster in ${cli.dir()}`);
    expect(hasStarted).toBe(false);
    expect(await readdir(cli.dir())).toEqual([]);
  });

  it('gives code 5 when the doctor finds a problem, with advice', async () => {
    const diagnoses = [{ name: 'Disk', status: 'problem' as const, finding: '1 MB free', advice: 'Make room.' }];
    const { code, out } = await cli.run('doctor', { 'system:doctor': () => ({ diagnoses }) });
    expect(code).toBe(5);
    expect(out).toMatch(/✗ Disk {2}1 MB free\n\s+Make room\./);
    expect((await cli.run('doctor', { 'system:doctor': () => ({ diagnoses: [] }) })).code).toBe(0);
  });

  it('runs the doctor without a host too', async () => {
    const { lines } = await cli.run('doctor --json', {}, { isRunning: false });
    const names = (lines.at(-1)!.diagnoses as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(['Host', 'Node', 'Programs', 'Data folder', 'Disk', 'Ports', 'Browser', 'Electron', 'ffmpeg']);
  });

  it('stops cluster and host', async () => {
    const { host } = await cli.run('down', { 'cluster:stop': () => stoppedCluster({ children: [node('node-1')] }), 'system:shutdown': () => ({}) });
    expect(host.asked.map(({ name }) => name)).toEqual(['cluster:stop', 'system:shutdown']);
  });
});
