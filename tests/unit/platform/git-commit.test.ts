import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { gitCommitOf } from '../../../runtime/platform/git-commit.ts';

const COMMIT = 'a'.repeat(40);
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vstack-git-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));
const put = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
};

it('reads the commit of a branch, of a detached head, and of a packed branch', async () => {
  await put('.git/HEAD', 'ref: refs/heads/main\n');
  await put('.git/refs/heads/main', `${COMMIT}\n`);
  expect(await gitCommitOf(root)).toBe(COMMIT);
  await put('.git/HEAD', `${'b'.repeat(40)}\n`);
  expect(await gitCommitOf(root)).toBe('b'.repeat(40));
  await put('.git/HEAD', 'ref: refs/heads/packed\n');
  await put('.git/packed-refs', `# pack-refs with: peeled\n${'c'.repeat(40)} refs/heads/packed\n`);
  expect(await gitCommitOf(root)).toBe('c'.repeat(40));
});

it('follows a worktree to the repository it belongs to', async () => {
  await put('repository/.git/worktrees/one/HEAD', 'ref: refs/heads/topic\n');
  await put('repository/.git/worktrees/one/commondir', '../..\n');
  await put('repository/.git/refs/heads/topic', COMMIT);
  await put('tree/.git', 'gitdir: ../repository/.git/worktrees/one\n');
  expect(await gitCommitOf(join(root, 'tree'))).toBe(COMMIT);
});

it('is null where there is no checkout, or none that is understood', async () => {
  expect(await gitCommitOf(root)).toBeNull();
  await put('.git/HEAD', 'ref: refs/heads/unborn\n');
  expect(await gitCommitOf(root)).toBeNull();
  await put('.git/HEAD', 'nonsense');
  expect(await gitCommitOf(root)).toBeNull();
});
