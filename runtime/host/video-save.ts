/** Saves a video to a file: written beside its target under another name, and given its own name only when it is whole. */
import { VStackError } from '../contract/errors.ts';
import { MIB } from '../contract/units.ts';
import type { Manifest } from '../contract/wire/metadata.ts';
import { randomHex } from '../platform/crypto.ts';
import { baseName, directoryOf, fileFacts, freeBytes, isAbsolutePath, isWithin, joinPath, openWriter, publishFile, removePath, type FileWriter } from '../platform/files.ts';
import { exportVideo, type Exported } from './video-export.ts';

/** A disk that is filled to its last byte keeps its owner from working. */
const FREE_BYTES_LEFT_MIN = 16 * MIB;

export interface SaveOptions {
  manifest: () => Promise<Manifest>;
  path: string;
  overwrite: boolean;
  /** Nothing is written here: it holds the cluster itself. */
  dataDir: string;
  onProgress: (bytesDone: number, bytesTotal: number) => void;
  signal: AbortSignal;
}

const assertTarget = async ({ path, overwrite, dataDir }: SaveOptions): Promise<void> => {
  if (!isAbsolutePath(path)) throw new VStackError('bad_request', `Expected an absolute path, since host and caller may stand in different folders; "${path}" is relative.`);
  const folder = await fileFacts(directoryOf(path));
  if (!folder || folder.isFile) throw new VStackError('not_found', `There is no folder ${directoryOf(path)}. Create it, or choose another.`);
  if (await isWithin(path, dataDir)) throw new VStackError('forbidden', `${path} lies in the data folder of the cluster. Save the video somewhere else.`);
  const facts = await fileFacts(path);
  if (facts && !facts.isFile) throw new VStackError('bad_request', `${path} is a folder. Name the file as well.`);
  if (facts && !overwrite) throw new VStackError('conflict', `${path} exists already. Choose another name, or ask to overwrite it.`);
};

const assertRoom = async (path: string, sizeBytes: number): Promise<void> => {
  const free = await freeBytes(directoryOf(path));
  if (free - sizeBytes >= FREE_BYTES_LEFT_MIN) return;
  const mib = (bytes: number): string => `${(bytes / MIB).toFixed(0)} MiB`;
  throw new VStackError('disk_full', `The video has ${mib(sizeBytes)}; the disk of ${directoryOf(path)} has ${mib(free)} free. Make room, or choose another disk.`);
};

/**
 * Resolves once the file is whole, verified and on the disk. Whatever goes wrong before, nothing of it stays behind, and a file that stood
 * there stays as it was.
 * @throws VStackError bad_request, forbidden, not_found, conflict, disk_full, unavailable, checksum_mismatch, cancelled
 */
export const saveVideo = async (options: SaveOptions): Promise<Exported> => {
  const { manifest, path, overwrite, onProgress, signal } = options;
  await assertTarget(options);
  const temporary = joinPath(directoryOf(path), `.${baseName(path)}.${randomHex(4)}.part`);
  let file: FileWriter | undefined;
  let bytesTotal = 0;
  try {
    const exported = await exportVideo({
      manifest,
      signal,
      async begin({ sizeBytes }) {
        bytesTotal = sizeBytes;
        await assertRoom(path, sizeBytes);
        file = await openWriter(temporary, { permissions: 'usual' });
      },
      async write(bytes) {
        await file!.write(bytes);
        onProgress(file!.writtenBytes, bytesTotal);
      },
    });
    const writer = file!;
    file = undefined;
    await writer.closeDurable();
    signal.throwIfAborted();
    await publishFile(temporary, path, { overwrite });
    return exported;
  } finally {
    await file?.close();
    await removePath(temporary);
  }
};
