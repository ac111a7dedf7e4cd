import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataFolderChoice } from '../../../runtime/platform/data-dir.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-choice-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('the choice of a data folder', () => {
  it('is none until somebody chooses, and is read again by the next start', () => {
    const config = join(dir, 'config');
    expect(dataFolderChoice(config).get()).toBeNull();
    const path = join(dir, 'my videos');
    expect(dataFolderChoice(config).set(path)).toBe(path);
    expect(dataFolderChoice(config).get()).toBe(path);
  });

  it('makes the folder and leaves nothing else in it', async () => {
    const path = join(dir, 'new', 'folder');
    dataFolderChoice(join(dir, 'config')).set(path);
    expect(await readdir(path)).toEqual([]);
  });

  it('goes back to the usual place', () => {
    const choice = dataFolderChoice(join(dir, 'config'));
    choice.set(join(dir, 'a'));
    expect(choice.set(null)).not.toContain(dir);
    expect(choice.get()).toBeNull();
  });

  it('refuses what cannot hold data, in words, and keeps the earlier choice', async () => {
    const choice = dataFolderChoice(join(dir, 'config'));
    const good = choice.set(join(dir, 'good'));
    await writeFile(join(dir, 'file'), '');
    expect(() => choice.set(join(dir, 'file'))).toThrow(/cannot be a data folder/);
    expect(() => choice.set('relative/folder')).toThrow(/absolute/);
    expect(choice.get()).toBe(good);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('refuses a folder that may not be written', async () => {
    await chmod(dir, 0o500);
    expect(() => dataFolderChoice(join(tmpdir(), 'vstack-never')).set(join(dir, 'x'))).toThrow(/may write/);
    await chmod(dir, 0o700);
  });

  it('takes a damaged file for no choice, so that the program still starts', async () => {
    const choice = dataFolderChoice(dir);
    for (const text of ['', '{', '{"version":9,"path":"/x"}', '{"version":1,"path":"relative"}']) {
      await writeFile(join(dir, 'data-folder.json'), text);
      expect(choice.get()).toBeNull();
    }
  });
});
