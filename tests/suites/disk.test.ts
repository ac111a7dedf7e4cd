import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Disk } from '../../runtime/platform/disk/disk.ts';
import { createFaultyDisk } from '../../runtime/platform/disk/faulty-disk.ts';
import { nodeDisk } from '../../runtime/platform/disk/node-disk.ts';
import { createSimulatedDisk } from '../../runtime/platform/disk/simulated-disk.ts';

const implementations: Record<string, () => Disk> = {
  'the real disk': () => nodeDisk,
  'the simulated disk': () => createSimulatedDisk(),
  'a faulty disk without faults': () => createFaultyDisk(createSimulatedDisk(), { decide: () => undefined }),
};

const bytes = (text: string): Buffer => Buffer.from(text);

describe.each(Object.entries(implementations))('%s', (_, create) => {
  let disk: Disk;
  let root: string;
  let dir: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'vstack-disk-'));
    dir = `${root}/a/b`;
    disk = create();
    await disk.makeDirectory(dir);
  });
  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  const readText = async (name: string): Promise<string> => {
    const file = await disk.open(`${dir}/${name}`, 'read');
    const content = Buffer.alloc(await file.sizeBytes());
    await file.read([content], 0);
    await file.close();
    return content.toString();
  };
  const writeText = async (name: string, text: string): Promise<void> => {
    const file = await disk.create(`${dir}/${name}`);
    await file.write([bytes(text)], 0);
    await file.sync();
    await file.close();
  };

  it('writes several buffers one after another at a position and reads them back into several buffers', async () => {
    const file = await disk.create(`${dir}/f`);
    expect(await file.write([bytes('hello '), bytes('wide '), bytes('world')], 3)).toBe(16);
    await file.sync();
    expect(await file.sizeBytes()).toBe(19);
    const parts = [Buffer.alloc(5), Buffer.alloc(11)];
    expect(await file.read(parts, 3)).toBe(16);
    expect(Buffer.concat(parts).toString()).toBe('hello wide world');
    await file.close();
  });

  it('fills what a write beyond the end leaves open with zeros', async () => {
    const file = await disk.create(`${dir}/f`);
    await file.write([bytes('x')], 4);
    const content = Buffer.alloc(5, 1);
    await file.read([content], 0);
    expect([...content]).toEqual([0, 0, 0, 0, 120]);
    await file.close();
  });

  it('returns fewer bytes only at the end of the file', async () => {
    await writeText('f', '12345');
    const file = await disk.open(`${dir}/f`, 'read');
    expect(await file.read([Buffer.alloc(3), Buffer.alloc(10)], 1)).toBe(4);
    expect(await file.read([Buffer.alloc(3)], 5)).toBe(0);
    await file.close();
  });

  it('writes more buffers in one call than the system takes at once', async () => {
    const file = await disk.create(`${dir}/f`);
    const many = Array.from({ length: 3000 }, (_, index) => bytes(String(index % 10)));
    expect(await file.write(many, 0)).toBe(3000);
    await file.close();
    expect(await readText('f')).toBe(Buffer.concat(many).toString());
  });

  it('cuts a file and lets it grow again with zeros', async () => {
    const file = await disk.create(`${dir}/f`);
    await file.write([bytes('abcdef')], 0);
    await file.truncate(2);
    await file.write([bytes('z')], 4);
    await file.close();
    expect(await readText('f')).toBe('ab\0\0z');
  });

  it('refuses to create what exists, and to open or remove what does not', async () => {
    await writeText('f', 'x');
    await expect(disk.create(`${dir}/f`)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(disk.open(`${dir}/g`, 'read')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(disk.unlink(`${dir}/g`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses to write to a file opened for reading, and to use a closed one', async () => {
    await writeText('f', 'x');
    const file = await disk.open(`${dir}/f`, 'read');
    await expect(file.write([bytes('y')], 0)).rejects.toMatchObject({ code: 'EBADF' });
    await file.close();
    await file.close();
    await expect(file.read([Buffer.alloc(1)], 0)).rejects.toMatchObject({ code: 'EBADF' });
  });

  it('renames over an existing file and lists names in order', async () => {
    await writeText('b', 'new');
    await writeText('a', 'old');
    await writeText('c', 'other');
    await disk.rename(`${dir}/b`, `${dir}/a`);
    await disk.syncDirectory(dir);
    expect(await disk.readDirectory(dir)).toEqual(['a', 'c']);
    expect(await readText('a')).toBe('new');
  });

  it('keeps a removed file readable for who has it open', async () => {
    await writeText('f', 'still here');
    const file = await disk.open(`${dir}/f`, 'read');
    await disk.unlink(`${dir}/f`);
    const content = Buffer.alloc(10);
    await file.read([content], 0);
    expect(content.toString()).toBe('still here');
    await file.close();
  });

  it('tells how much room there is', async () => {
    const { freeBytes, totalBytes } = await disk.freeSpace(dir);
    expect(freeBytes).toBeGreaterThan(0);
    expect(totalBytes).toBeGreaterThanOrEqual(freeBytes);
  });

  it('accepts a folder that is already there', async () => {
    await disk.makeDirectory(dir);
    expect(await disk.readDirectory(dir)).toEqual([]);
  });
});
