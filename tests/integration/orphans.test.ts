import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDataDir, eventually, isAlive, openSupervisor } from '../fixtures/supervision/cluster-fixture.ts';

/** The promise that is kept here: no orphan survives so long. */
const ORPHAN_MS_MAX = 5000;

let dataDir: string;
let removeDataDir: () => Promise<void>;
let parent: ChildProcess | undefined;

beforeEach(async () => {
  ({ dataDir, remove: removeDataDir } = await createDataDir());
});
afterEach(async () => {
  if (parent?.exitCode === null && parent.signalCode === null) {
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  }
  await removeDataDir();
});

const launchParent = async (what: 'pause' | 'hang' | 'nothing'): Promise<{ name: string; pid: number }[]> => {
  const program = fileURLToPath(new URL('../fixtures/supervision/doomed-parent.ts', import.meta.url));
  parent = spawn(process.execPath, [program, dataDir, what], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
  return JSON.parse(line.toString('utf8')) as { name: string; pid: number }[];
};
const killParent = async (): Promise<void> => {
  parent!.kill('SIGKILL');
  await once(parent!, 'exit');
};
/** The guard is the one child of the host that no cluster file and no status names. */
const guardOf = async (hostPid: number): Promise<number> => {
  const { stdout } = await execa('pgrep', ['-P', String(hostPid), '-f', 'vstack-guard$']);
  return Number(stdout);
};
const survivors = async (children: { pid: number; name: string }[]): Promise<string[]> => {
  const alive = await Promise.all(children.map(async ({ name, pid }) => ((await isAlive(pid)) ? [name] : [])));
  return alive.flat();
};

describe.skipIf(process.platform === 'win32')('children of a host that was killed', () => {
  it('end by themselves', async () => {
    const children = await launchParent('nothing');
    expect(await survivors(children)).toHaveLength(5);
    await killParent();
    expect(await eventually(() => survivors(children), (names) => names.length === 0, ORPHAN_MS_MAX)).toEqual([]);
  });

  it.each(['pause', 'hang'] as const)('end also when one of them cannot (%s), because the guard kills it', async (what) => {
    const children = await launchParent(what);
    expect(await survivors(children)).toHaveLength(5);
    await killParent();
    expect(await eventually(() => survivors(children), (names) => names.length === 0, ORPHAN_MS_MAX)).toEqual([]);
  });

  it('end also when somebody else paused one of them', async () => {
    const children = await launchParent('nothing');
    process.kill(children.find(({ name }) => name === 'node-2')!.pid, 'SIGSTOP');
    await killParent();
    expect(await eventually(() => survivors(children), (names) => names.length === 0, ORPHAN_MS_MAX)).toEqual([]);
  });

  it('are reaped by the next launch when even the guard is gone, and nobody else is', async () => {
    const children = await launchParent('hang');
    const hung = children.find(({ name }) => name === 'node-1')!;
    process.kill(await guardOf(parent!.pid!), 'SIGKILL');
    await killParent();
    // The others are gone by themselves; this one is too busy to notice that its host died.
    await eventually(() => survivors(children), (names) => names.length <= 1, ORPHAN_MS_MAX);
    expect(await survivors(children)).toEqual(['node-1']);
    const { supervisor } = await openSupervisor(dataDir);
    const status = await supervisor.launch({ nodeCount: 2 });
    expect(status.phase).toBe('ready');
    expect(await isAlive(hung.pid)).toBe(false);
    expect(status.steps.find(({ name }) => name === 'prepare')?.detail).toBe('ended 1 left behind');
    await supervisor.close();
  });
});
