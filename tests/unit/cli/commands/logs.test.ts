import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Handlers } from '../../../../runtime/host/dispatcher.ts';
import type { LogLine } from '../../../../runtime/contract/control/logs.ts';
import { compileSearch } from '../../../../runtime/contract/log-search.ts';
import type { FakeHost } from '../../../fixtures/fake-host.ts';
import { running, setUpCli } from '../../../fixtures/cli.ts';

const cli = setUpCli();

describe('logs', () => {
  it('shows lines with time, level, source and fields', async () => {
    const lines = [{ sequence: 1, atMs: Date.parse('2026-01-01T10:11:12.345Z'), level: 'warn' as const, source: 'node-1', message: 'slow\u0007', fields: { tookMs: 7 } }];
    const { out, host } = await cli.run('logs --level warn --source node-1 --limit 5', { 'logs:query': () => ({ lines }) });
    expect(out).toBe('10:11:12.345 warn  node-1     slow· {"tookMs":7}\n');
    expect(host.asked[0]!.input).toEqual({ level: 'warn', sources: ['node-1'], limit: 5 });
  });

  it('name the known sources when asked for another, and take one that is quiet', async () => {
    const handlers: Partial<Handlers> = { 'logs:query': () => ({ lines: [] }), 'cluster:status': () => running() };
    expect(await cli.run('logs --source nope', handlers)).toMatchObject({ code: 4, err: 'Error: There is no source nope; known: host, node-1, node-2.\n' });
    expect(await cli.run('logs --source node-2', handlers)).toMatchObject({ code: 0, err: '' });
  });

  const lineOf = (sequence: number, source = 'host'): LogLine => ({ sequence, atMs: 0, level: 'info', source, message: `line ${sequence}` });

  it('asks for several sources and for what a person searches', async () => {
    const { host } = await cli.runArgs(['logs', '--source', 'node-1', '--source', 'node-2', '--search', 'chunk-0[0-9]'], {
      'logs:query': () => ({ lines: [lineOf(1, 'node-1'), lineOf(2, 'node-2')] }),
    });
    expect(host.asked).toEqual([{ name: 'logs:query', input: { level: 'info', sources: ['node-1', 'node-2'], search: 'chunk-0[0-9]', limit: 200 } }]);
  });

  it('says where a search goes wrong', async () => {
    const handlers: Partial<Handlers> = { 'logs:query': ({ search }) => ({ lines: search === undefined ? [] : [compileSearch(search)].map(() => lineOf(1)) }) };
    expect(await cli.run('logs --search a(b', handlers)).toMatchObject({ code: 2, err: expect.stringContaining('position 2') as string });
  });

  it('exports all that the host holds, page by page, oldest first', async () => {
    const held = Array.from({ length: 25_000 }, (_, index) => lineOf(index + 1));
    const query: Handlers['logs:query'] = ({ limit, beforeSequence = Infinity }) => ({ lines: held.filter(({ sequence }) => sequence < beforeSequence).slice(-limit) });
    const file = join(cli.dir(), 'cluster.jsonl');
    const { out, host } = await cli.run(`logs --level debug --export ${file}`, { 'logs:query': query });
    const written = (await readFile(file, 'utf8')).trimEnd().split('\n').map((text) => (JSON.parse(text) as LogLine).sequence);
    expect(written).toEqual(held.map(({ sequence }) => sequence));
    expect(out).toContain('Wrote 25000 lines');
    expect(host.asked).toHaveLength(3);
    expect((await cli.run(`logs --export ${file} --follow`, { 'logs:query': query })).code).toBe(2);
    expect((await cli.run(`logs --export ${cli.dir()}/no/such/folder`, { 'logs:query': query })).code).toBe(1);
  });

  it('follows with the same search', async () => {
    let host!: FakeHost;
    // What comes while the past is being asked for must not be lost.
    const query: Handlers['logs:query'] = () => {
      host.events.emit('logs:lines', { lines: [{ ...lineOf(2), message: 'Film two' }, { ...lineOf(3), message: 'other' }, { ...lineOf(4), message: 'x', fields: { title: 'FILM' } }], droppedCount: 0 });
      return { lines: [{ ...lineOf(1), message: 'Film one' }, { ...lineOf(2), message: 'Film two' }] };
    };
    const { out } = await cli.run('logs --follow --search film', { 'logs:query': query }, { onHost: (made) => (host = made) });
    expect(out).toMatch(/Film one\n.*Film two\n.*FILM/);
    expect(out.match(/Film two/g)).toHaveLength(1);
    expect(out).not.toContain('other');
  });
});
