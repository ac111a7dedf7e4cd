import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tryFileLock } from '../../../runtime/platform/file-lock.ts';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vstack-lock-'));
  path = join(dir, 'host.lock');
});
/** A holder that outlived its test would keep the test program itself from ending. */
const holders: ChildProcess[] = [];
const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
};
afterEach(async () => {
  await Promise.all(holders.splice(0).map(end));
  await rm(dir, { recursive: true, force: true });
});

const MODULE = new URL('../../../runtime/platform/file-lock.ts', import.meta.url).href;

/** A process that takes the lock and holds it until it is killed. It keeps hold of it by name: what nobody names is collected, and the lock with it. */
const holder = async () => {
  const program = `import(${JSON.stringify(MODULE)}).then(({ tryFileLock }) => { globalThis.lock = tryFileLock(${JSON.stringify(path)}); console.log(globalThis.lock ? 'held' : 'refused'); setInterval(() => {}, 1000); });`;
  const child = spawn(process.execPath, ['--eval', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  holders.push(child);
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: text.toString().trim() };
};

describe('a file lock', () => {
  it('is held by one at a time, and free again once it is released', () => {
    const first = tryFileLock(path)!;
    expect(first).toBeDefined();
    expect(tryFileLock(path)).toBeUndefined();
    first.release();
    first.release();
    const second = tryFileLock(path);
    expect(second).toBeDefined();
    second!.release();
  });

  it('excludes other processes, and dies with its holder', async () => {
    const { child, said } = await holder();
    expect(said).toBe('held');
    expect(tryFileLock(path)).toBeUndefined();
    await end(child);
    const lock = tryFileLock(path);
    expect(lock).toBeDefined();
    const second = await holder();
    expect(second.said).toBe('refused');
    await end(second.child);
    lock!.release();
  });

  it('tells a file that is no lock from one that is taken', async () => {
    await writeFile(path, 'x'.repeat(8192));
    expect(() => tryFileLock(path)).toThrow(/not a database/);
  });
});
