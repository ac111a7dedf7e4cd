import { describe, expect, it } from 'vitest';
import { createFaultyDisk } from '../../../../runtime/platform/disk/faulty-disk.ts';
import { createSimulatedDisk } from '../../../../runtime/platform/disk/simulated-disk.ts';
import { seededRandom } from '../../../../runtime/platform/random.ts';

const CUTS = 60;

const withSyncedFile = async (text: string) => {
  const disk = createSimulatedDisk();
  await disk.makeDirectory('/d');
  const file = await disk.create('/d/f');
  await file.write([Buffer.from(text)], 0);
  await file.sync();
  await disk.syncDirectory('/d');
  return { disk, file };
};

describe('a power cut on the simulated disk', () => {
  it('never takes what was synced', async () => {
    for (let seed = 0; seed < CUTS; seed++) {
      const { disk } = await withSyncedFile('safe');
      disk.cutPower();
      disk.restorePower(seededRandom(seed));
      expect(Buffer.from(disk.peek('/d/f')).toString()).toBe('safe');
    }
  });

  it('may keep, drop or tear what was not synced, sector by sector and in any order', async () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < CUTS; seed++) {
      const { disk, file } = await withSyncedFile('');
      await file.write([Buffer.alloc(512, 'a')], 0);
      await file.write([Buffer.alloc(512, 'b')], 512);
      disk.cutPower();
      disk.restorePower(seededRandom(seed));
      const left = Buffer.from(disk.peek('/d/f'));
      outcomes.add(`${left.length}:${left[0] ?? '-'}:${left[512] ?? '-'}`);
    }
    const [a, b] = ['a', 'b'].map((letter) => letter.charCodeAt(0));
    expect(outcomes).toContain(`1024:${a}:${b}`);
    expect(outcomes).toContain(`1024:0:${b}`);
    expect(outcomes).toContain(`1024:${a}:0`);
    expect(outcomes).toContain('0:-:-');
  });

  it('may lose names whose folder was not synced, but never out of order', async () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < CUTS; seed++) {
      const { disk } = await withSyncedFile('x');
      await disk.create('/d/g');
      await disk.rename('/d/g', '/d/h');
      disk.cutPower();
      disk.restorePower(seededRandom(seed));
      outcomes.add(disk.paths().join(' '));
    }
    expect([...outcomes].sort()).toEqual(['/d/f', '/d/f /d/g', '/d/f /d/h']);
  });

  it('ends every open file and every call until the power is back', async () => {
    const { disk, file } = await withSyncedFile('x');
    disk.cutPower();
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' });
    await expect(disk.open('/d/f', 'read')).rejects.toMatchObject({ code: 'EIO' });
    disk.restorePower(seededRandom(1));
    await expect(file.read([Buffer.alloc(1)], 0)).rejects.toMatchObject({ code: 'EIO' });
    await expect(disk.open('/d/f', 'read')).resolves.toBeDefined();
  });

  it('shows what a failed sync lost until the cut, and not after it', async () => {
    const { disk, file } = await withSyncedFile('old');
    await file.write([Buffer.from('new')], 0);
    disk.loseUnsynced('/d/f');
    await file.sync();
    expect(Buffer.from(disk.peek('/d/f')).toString()).toBe('new');
    disk.cutPower();
    disk.restorePower(seededRandom(1));
    expect(Buffer.from(disk.peek('/d/f')).toString()).toBe('old');
  });

  it('refuses a write beyond its capacity with ENOSPC and stays as it was', async () => {
    const disk = createSimulatedDisk({ capacityBytes: 10 });
    await disk.makeDirectory('/d');
    const file = await disk.create('/d/f');
    await file.write([Buffer.alloc(8)], 0);
    await expect(file.write([Buffer.alloc(8)], 8)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await disk.freeSpace('/d')).toEqual({ freeBytes: 2, totalBytes: 10 });
  });
});

describe('a faulty disk', () => {
  const faultAt = async (index: number, fault: Parameters<typeof createFaultyDisk>[1]['decide']) => {
    const simulated = createSimulatedDisk();
    const disk = createFaultyDisk(simulated, { decide: (call) => (call.index === index ? fault(call) : undefined) });
    await disk.makeDirectory('/d');
    return { simulated, disk, file: await disk.create('/d/f') };
  };

  it('fails exactly the call it was told to fail', async () => {
    const { file, disk } = await faultAt(3, () => ({ kind: 'error', code: 'EIO' }));
    await file.write([Buffer.from('a')], 0);
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' });
    await file.sync();
    expect(disk.callCount()).toBe(5);
  });

  it('leaves part of a torn write behind', async () => {
    const { file, simulated } = await faultAt(2, () => ({ kind: 'torn', share: 0.5, code: 'ENOSPC' }));
    await expect(file.write([Buffer.from('abcd')], 0)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(Buffer.from(simulated.peek('/d/f')).toString()).toBe('ab');
  });

  it('reports a short write as fewer bytes', async () => {
    const { file } = await faultAt(2, () => ({ kind: 'short', share: 0.25 }));
    expect(await file.write([Buffer.from('abcd')], 0)).toBe(1);
  });

  it('flips one bit of what is written without touching the caller’s buffer', async () => {
    const { file, simulated } = await faultAt(2, () => ({ kind: 'flip', bitIndex: 8 }));
    const given = Buffer.from('abcd');
    await file.write([given], 0);
    expect(given.toString()).toBe('abcd');
    expect(Buffer.from(simulated.peek('/d/f')).toString()).toBe('accd');
  });
});
