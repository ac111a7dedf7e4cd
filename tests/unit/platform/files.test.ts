import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDirectory } from '../../../runtime/platform/files.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-files-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('making a directory', () => {
  it('makes its parents too, for their owner alone, and takes one that exists', async () => {
    const path = join(dir, 'a', 'b', 'c');
    await makeDirectory(path);
    await makeDirectory(path);
    for (const made of [join(dir, 'a'), path]) expect((await stat(made)).mode & 0o777).toBe(0o700);
    await symlink(path, join(dir, 'link'));
    await makeDirectory(join(dir, 'link', 'd'));
    expect((await stat(join(path, 'd'))).isDirectory()).toBe(true);
  });

  it('makes one that several ask for at once', async () => {
    const path = join(dir, 'x', 'y');
    await Promise.all(Array.from({ length: 8 }, () => makeDirectory(path)));
    expect((await stat(path)).isDirectory()).toBe(true);
  });

  it('names the path when a file stands there or on the way', async () => {
    const file = join(dir, 'file');
    await writeFile(file, '');
    await expect(makeDirectory(file)).rejects.toThrow(`Could not create the directory ${file}`);
    await expect(makeDirectory(join(file, 'below'))).rejects.toThrow(join(file, 'below'));
  });

  it.skipIf(!existsSync('/proc/self'))('gives up where a folder takes no new ones', async () => {
    await expect(makeDirectory('/proc/vstack/data')).rejects.toMatchObject({ code: 'forbidden', message: expect.stringContaining('/proc/vstack') });
  });
});
