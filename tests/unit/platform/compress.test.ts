import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compressFile, readCompressedText } from '../../../runtime/platform/compress.ts';
import { createTurns } from '../../../runtime/platform/turns.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vstack-compress-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('compressed text files', () => {
  it('take the place of the file that they were made of', async () => {
    const text = 'märchen\n'.repeat(10_000);
    await writeFile(join(folder, 'a.txt'), text);
    await compressFile(join(folder, 'a.txt'), join(folder, 'a.txt.gz'));
    expect(await readdir(folder)).toEqual(['a.txt.gz']);
    expect(await readCompressedText(join(folder, 'a.txt.gz'))).toBe(text);
    expect((await readFile(join(folder, 'a.txt.gz'))).length).toBeLessThan(text.length / 50);
  });

  it('are refused when they are damaged or missing', async () => {
    await writeFile(join(folder, 'b.gz'), 'no gzip');
    await expect(readCompressedText(join(folder, 'b.gz'))).rejects.toThrow();
    await expect(readCompressedText(join(folder, 'c.gz'))).rejects.toThrow();
  });
});

describe('work in turns', () => {
  it('gives way once its slice is used up, and not before', async () => {
    expect(createTurns(60_000)()).toBeUndefined();
    const giveWay = createTurns(0);
    let isOthersTurn = false;
    setImmediate(() => (isOthersTurn = true));
    await giveWay();
    expect(isOthersTurn).toBe(true);
  });
});
