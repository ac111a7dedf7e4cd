import { describe, expect, it } from 'vitest';
import { VStackError } from '../../../../runtime/contract/errors.ts';
import type { Handlers } from '../../../../runtime/host/dispatcher.ts';
import { setUpCli, video } from '../../../fixtures/cli.ts';

const cli = setUpCli();

describe('videos', () => {
  it('are listed; a title cannot steer the terminal', async () => {
    const { out } = await cli.run('videos --limit 7', { 'videos:list': () => ({ videos: [video], totalCount: 1 }) }, { isTTY: false });
    expect(out).toContain('Film·[31m');
    expect(out).toMatch(/VIDEO {2,}LENGTH/);
    expect(out).toContain('1:00');
    expect((await cli.run('videos', { 'videos:list': () => ({ videos: [], totalCount: 0 }) })).out).toContain('vstack upload');
  });

  it('are searched, and say how many there are beyond those shown', async () => {
    const { out, host } = await cli.run('videos --search film --limit 1', { 'videos:list': () => ({ videos: [video], totalCount: 12 }) });
    expect(host.asked[0]!.input).toEqual({ limit: 1, offset: 0, search: 'film' });
    expect(out).toContain('1 of 12 videos');
    expect((await cli.run('videos --search nope', { 'videos:list': () => ({ videos: [], totalCount: 0 }) })).out).toBe('No title contains "nope".\n');
    expect((await cli.run('videos --json', { 'videos:list': () => ({ videos: [video], totalCount: 12 }) })).lines.at(-1)).toMatchObject({ total_count: 12 });
  });

  it('are deleted one after the other, with the way back', async () => {
    const restorableUntilMs = Date.now() + 60_000;
    const handlers: Partial<Handlers> = { 'videos:delete': () => ({ restorableUntilMs }) };
    const { host, lines } = await cli.run('delete vid-1 vid-2 --json', handlers);
    expect(host.asked.map(({ input }) => input)).toEqual([{ videoId: 'vid-1' }, { videoId: 'vid-2' }]);
    expect(lines.at(-1)).toEqual({ event: 'result', video_ids: ['vid-1', 'vid-2'], restorable_until_ms: restorableUntilMs });
    expect((await cli.run('delete vid-1', handlers)).out).toMatch(/Deleted 1 video\. For (?:1:00|59\.\d+ s|60\.00 s|1:0\d): `vstack restore vid-1` brings it back\./);
    expect((await cli.run('delete vid-1', { 'videos:delete': () => ({ restorableUntilMs: 0 }) })).out).toContain('The chunks are collected.');
  });

  it('are restored and renamed', async () => {
    const restored = await cli.run('restore vid-1 vid-2', { 'videos:restore': () => ({}) });
    expect(restored).toMatchObject({ code: 0, out: 'Restored 2 videos.\n' });
    const renamed = await cli.runArgs(['rename', 'vid-1', 'A better title'], { 'videos:rename': () => ({}) });
    expect(renamed.host.asked[0]).toEqual({ name: 'videos:rename', input: { videoId: 'vid-1', title: 'A better title' } });
    expect(renamed.out).toBe('vid-1 is now called A better title.\n');
    const late = await cli.run('restore vid-1', { 'videos:restore': () => { throw new VStackError('conflict', 'The time to restore it is over.'); } });
    expect(late).toMatchObject({ code: 1, err: 'Error: The time to restore it is over.\n' });
  });

  it('that do not exist give code 4', async () => {
    const missing = { 'videos:manifest': () => { throw new VStackError('not_found', 'There is no video vid-9.'); } };
    expect((await cli.run('manifest vid-9', missing)).code).toBe(4);
    expect((await cli.run('play vid-9', missing)).code).toBe(4);
  });
});
