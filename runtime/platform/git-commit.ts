/** Which commit a checkout stands at, read from its files: no program is run, and a packaged one has none. */
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

const HASH = /^[0-9a-f]{40,64}$/;

const textOf = (path: string): Promise<string | null> => readFile(path, 'utf8').then((text) => text.trim(), () => null);

/** In a worktree `.git` is a file that says where the real folder is. */
const gitFolder = async (root: string): Promise<string> => {
  const place = join(root, '.git');
  const pointer = /^gitdir: (.+)$/.exec((await textOf(place)) ?? '')?.[1];
  if (pointer === undefined) return place;
  return isAbsolute(pointer) ? pointer : join(root, pointer);
};

const packedCommit = async (folder: string, ref: string): Promise<string | null> => {
  const line = (await textOf(join(folder, 'packed-refs')))?.split('\n').find((candidate) => candidate.endsWith(` ${ref}`));
  return line?.split(' ')[0] ?? null;
};

/** The full hash; null where there is no checkout, or none that is understood. */
export const gitCommitOf = async (root: string): Promise<string | null> => {
  const folder = await gitFolder(root);
  const head = await textOf(join(folder, 'HEAD'));
  if (head === null) return null;
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  if (ref === undefined) return HASH.test(head) ? head : null;
  // The branches of a worktree are those of the repository it belongs to.
  const common = await textOf(join(folder, 'commondir'));
  const shared = common === null ? folder : isAbsolute(common) ? common : join(folder, common);
  const commit = (await textOf(join(shared, ref))) ?? (await packedCommit(shared, ref));
  return commit !== null && HASH.test(commit) ? commit : null;
};
