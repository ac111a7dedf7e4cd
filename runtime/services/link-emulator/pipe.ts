/** One way of a connection through a link: the bytes that were read and not yet passed on, in order. The model says how many may go. */
import type { TcpSocket } from '../../platform/net/tcp.ts';

export interface Pipe {
  readonly source: TcpSocket;
  readonly destination: TcpSocket;
  take(bytes: Buffer): void;
  /** Writes the next bytes. What the destination does not take any more is dropped: it is gone, and its peer will be told. */
  pass(sizeBytes: number): void;
  /** Passes the sender's end on, behind everything that was passed. */
  end(): void;
  /** Resets the destination, once it took everything that was passed. */
  reset(): void;
  /** Reads on, or stands still. */
  setReading(isReading: boolean): void;
  /** The destination has as much as it can take for now. */
  isFull(): boolean;
}

const NOTHING = Buffer.alloc(0);

const canWrite = (socket: TcpSocket): boolean => !socket.destroyed && socket.writable;

export const createPipe = (source: TcpSocket, destination: TcpSocket): Pipe => {
  const pieces: Buffer[] = [];
  let isReading = true;
  return {
    source,
    destination,
    take: (bytes) => void pieces.push(bytes),
    pass(sizeBytes) {
      const isWritable = canWrite(destination);
      const isSeveral = isWritable && pieces[0]!.length < sizeBytes;
      // Corked, they leave in one system call.
      if (isSeveral) destination.cork();
      for (let leftBytes = sizeBytes; leftBytes > 0; ) {
        const first = pieces[0]!;
        const isWhole = first.length <= leftBytes;
        if (isWhole) pieces.shift();
        else pieces[0] = first.subarray(leftBytes);
        const passed = isWhole ? first : first.subarray(0, leftBytes);
        leftBytes -= passed.length;
        if (isWritable) destination.write(passed);
      }
      if (isSeveral) destination.uncork();
    },
    end() {
      if (canWrite(destination)) destination.end();
    },
    reset() {
      if (destination.writableLength > 0 && canWrite(destination)) destination.write(NOTHING, () => destination.resetAndDestroy());
      else if (!destination.destroyed) destination.resetAndDestroy();
    },
    setReading(isWanted) {
      if (isWanted === isReading) return;
      isReading = isWanted;
      if (isWanted) source.resume();
      else source.pause();
    },
    isFull: () => destination.writableNeedDrain && !destination.destroyed,
  };
};
