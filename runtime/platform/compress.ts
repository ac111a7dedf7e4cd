/** Compressed text files. The work is done by the thread pool, not on the event loop. */
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { openWriter, removePath, renamePath } from './files.ts';

/** Writes `to` as the compressed twin of `from`, then removes `from`: at any moment one of them is whole. @throws VStackError */
export const compressFile = async (from: string, to: string): Promise<void> => {
  const temporary = `${to}.tmp`;
  const writer = await openWriter(temporary);
  try {
    await writer.write(await promisify(gzip)(await readFile(from)));
  } finally {
    await writer.closeDurable();
  }
  await renamePath(temporary, to);
  await removePath(from);
};

/** The text of a compressed file. Rejects when it is missing or damaged. */
export const readCompressedText = async (path: string): Promise<string> => (await promisify(gunzip)(await readFile(path))).toString('utf8');
