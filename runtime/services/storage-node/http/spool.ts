/**
 * Where slow bodies wait. A body that trickles in goes to a file of its own, without a promise of durability, so that any number of slow
 * senders costs disk rather than memory. What a crash leaves behind is removed at the next start.
 */
import type { Disk } from '../../../platform/disk/disk.ts';
import { createSerial } from '../serial.ts';

export interface SpoolFile {
  sizeBytes: number;
  /** Appends. `piece` may be reused as soon as the promise settles. */
  write(piece: Uint8Array): Promise<void>;
  /** Fills `into` from the beginning. */
  read(into: Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

export interface Spool {
  open(): Promise<SpoolFile>;
  readonly fileCount: number;
}

/** `dir` is the spool's alone. */
export const createSpool = async (disk: Disk, dir: string): Promise<Spool> => {
  await disk.makeDirectory(dir);
  for (const name of await disk.readDirectory(dir)) await disk.unlink(`${dir}/${name}`);
  let nextNumber = 1;
  let fileCount = 0;

  return {
    async open() {
      const path = `${dir}/${nextNumber++}.body`;
      const file = await disk.create(path);
      const serial = createSerial();
      fileCount += 1;
      const spooled: SpoolFile = {
        sizeBytes: 0,
        write: (piece) =>
          serial.run(path, async () => {
            let rest = piece;
            while (rest.length > 0) {
              const written = await file.write([rest], spooled.sizeBytes);
              if (written === 0) throw new Error(`${path} takes no more bytes.`);
              spooled.sizeBytes += written;
              rest = rest.subarray(written);
            }
          }),
        async read(into) {
          const readBytes = await file.read([into], 0);
          if (readBytes !== into.length) throw new Error(`${path} holds ${readBytes} bytes instead of ${into.length}.`);
        },
        remove: () =>
          serial.run(path, async () => {
            fileCount -= 1;
            await file.close();
            await disk.unlink(path);
          }),
      };
      return spooled;
    },
    get fileCount() {
      return fileCount;
    },
  };
};
