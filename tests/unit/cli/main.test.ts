import { describe, expect, it } from 'vitest';
import { setUpCli } from '../../fixtures/cli.ts';

const cli = setUpCli();

describe('every command', () => {
  it.each(['status', 'nodes', 'nodes kill node-1', 'upload --sample', 'videos', 'manifest vid-1', 'play vid-1', 'delete vid-1', 'restore vid-1', 'rename vid-1 New', 'download vid-1', 'logs', 'down'])('%s says what to do when no cluster runs', async (line) => {
    const human = await cli.run(line, {}, { isRunning: false });
    expect(human).toMatchObject({ code: 3, out: '' });
    expect(human.err).toMatch(/^Error: No cluster runs .* `vstack up`/);
    const json = await cli.run(`${line} --json`, {}, { isRunning: false });
    expect(json).toMatchObject({ code: 3, err: '' });
    expect(json.lines).toEqual([{ event: 'error', code: 'not_running', detail: expect.stringContaining('No cluster runs') }]);
  });

  it.each(['frobnicate', 'up --nodes 0', 'up --nodes many', 'up --auth perhaps', 'up --replicas 6', 'rename vid-1', 'download', 'restore', 'serve --port 70000', 'manifest', 'play a b', 'logs --level loud', 'upload', 'upload a.mp4 --sample', 'upload --sample --title=', 'status --nope', 'status --data=', 'nodes explode node-1', '', 'metadata'])(
    'refuses the bad usage `%s` with code 2, in words and in JSON',
    async (line) => {
      const human = await cli.run(line);
      expect(human.code).toBe(2);
      expect(human.err).not.toBe('');
      const json = await cli.run(`${line} --json`);
      expect(json.code).toBe(2);
      expect(json.lines.at(-1)).toMatchObject({ event: 'error', code: 'bad_request' });
    },
  );

  it.each(['', 'up', 'serve', 'down', 'status', 'nodes', 'upload', 'videos', 'manifest', 'play', 'delete', 'restore', 'rename', 'download', 'logs', 'metadata rebuild', 'doctor'])('`%s --help` shows options and examples', async (line) => {
    const { code, out } = await cli.run(`${line} --help`);
    expect(code).toBe(0);
    expect(out).toContain('--data <dir>');
    expect(out).toContain('--json');
    expect(out).toMatch(/Examples:\n {2}\$ vstack/);
  });

  it('documents the exit codes in the help, and prints its version', async () => {
    expect((await cli.run('--help')).out).toMatch(/Exit codes:\n {4}0 {2}done/);
    expect((await cli.run('--version')).out.trim()).toMatch(/^\d+\.\d+\.\d+$/);
    expect((await cli.run('--version --json')).lines).toEqual([{ event: 'result', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) }]);
  });
});
