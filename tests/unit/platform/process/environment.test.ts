import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { childEnvironment, chooseNodePath } from '../../../../runtime/platform/process/environment.ts';
import { isRunning, readCommandLine, readIdentity } from '../../../../runtime/platform/process/identity.ts';

describe('the environment of a child', () => {
  it('passes on what a child needs and nothing else', () => {
    const environment = childEnvironment({ PATH: '/bin', TZ: 'UTC', GITHUB_TOKEN: 'secret', NODE_OPTIONS: '--inspect', HTTP_PROXY: 'http://x' });
    expect(environment).toEqual({ PATH: '/bin', TZ: 'UTC', UV_THREADPOOL_SIZE: '16' });
  });
});

describe('the Node binary of the children', () => {
  it('is the shipped one where there is one', async () => {
    const resourcesPath = await mkdtemp(join(tmpdir(), 'vstack-resources-'));
    const shipped = join(resourcesPath, 'node', process.platform === 'win32' ? 'node.exe' : 'node');
    try {
      expect(chooseNodePath({ resourcesPath })).toBe(process.execPath);
      await mkdir(join(resourcesPath, 'node'));
      await writeFile(shipped, '');
      expect(chooseNodePath({ resourcesPath })).toBe(shipped);
    } finally {
      await rm(resourcesPath, { recursive: true });
    }
  });
});

describe.skipIf(process.platform === 'win32')('the identity of a process', () => {
  it('stays the same for as long as it lives', async () => {
    const first = await readIdentity(process.pid);
    expect(first).toMatchObject({ pid: process.pid });
    expect(await readIdentity(process.pid)).toEqual(first);
  });

  it('is only confirmed when pid, start time and command line all fit', async () => {
    const self = (await readIdentity(process.pid))!;
    const [program] = (await readCommandLine(process.pid))!.split(' ');
    expect(await isRunning(self, program!)).toBe(true);
    expect(await isRunning(self, 'a nonce that is not there')).toBe(false);
    expect(await isRunning({ ...self, startTime: `${self.startTime}0` }, program!)).toBe(false);
  });

  it('is unknown for a pid that nobody has', async () => {
    expect(await readIdentity(2 ** 22 + 1)).toBeUndefined();
  });
});
