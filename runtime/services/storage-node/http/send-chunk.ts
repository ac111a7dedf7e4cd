/**
 * Sends verified bytes to readers of any speed without letting the slow ones hold memory.
 *
 *   fast  the whole range is read and verified into the store's buffers and written one by one; each goes back when it has left
 *   slow  the range is verified once without keeping it, then read again (and verified again) a small copy at a time; after a stall a few
 *         bytes probe whether the reader takes anything at all, so that one who stands still holds almost nothing
 *
 * A reader is slow when memory for the fast way does not come free in time, or when a buffer does not leave in time: then what was not
 * sent yet is given back at once. Nothing is answered before the whole range was verified; rot that shows up later cuts the answer.
 */
import { VStackError } from '../../../contract/errors.ts';
import { KIB, SECOND_MS } from '../../../contract/units.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Call } from '../../../platform/http/server.ts';
import type { BufferPool } from '../buffer-pool.ts';
import type { ByteBudget } from '../../shared/byte-budget.ts';
import { SLAB_BYTES } from '../engine/buffer-pool.ts';
import type { ByteRange, RecordKind, Store, StoreRead } from '../engine/types.ts';

/** A thousand fast readers of 2 MiB are through within about this time; whoever waits longer is better off on the slow way. */
const WAIT_MS = 2 * SECOND_MS;
/** A buffer of 256 KiB that has not left by then belongs to a slow reader, and not to one whose machine is busy. */
const STALL_MS = SECOND_MS;
const PROBE_BYTES = 2 * KIB;
const SLOW_PIECE_BYTES = 64 * KIB;
const VERIFY_BYTES = 256 * KIB;

export interface SendResources {
  store: Store;
  clock: Clock;
  /** Memory of the fast way. Together with the slow budget it stays below what the store's reads may use. */
  fast: ByteBudget;
  fastBytesMax: number;
  /** What slow readers hold of it until it has left. */
  stalled: { bytes: number };
  /** Copies on their way to slow readers. */
  slow: ByteBudget;
  pool: BufferPool;
  /** Told once per answer: which way it went. */
  onWay(way: 'fast' | 'slow' | 'stalled'): void;
}

export interface Sending {
  kind: RecordKind;
  key: string;
  sha256: string;
  range: ByteRange;
  /** Writes status and headers; called once, when everything was verified. */
  begin(): void;
  /** Told as bytes leave, so that a slow reader is seen moving and one who went away is counted with what it got. */
  onSent(bytes: number): void;
}

type Response = Call['response'];

/** What a read takes from the store's memory: whole slabs, unless it is so small that it gets memory of its own. */
const lentBytes = (sizeBytes: number): number => (sizeBytes <= SLOW_PIECE_BYTES ? sizeBytes : Math.ceil(sizeBytes / SLAB_BYTES) * SLAB_BYTES);

const GONE = new VStackError('cancelled', 'The reader went away.');

/** `left` resolves when the bytes have left; `inTime` with whether they did so within STALL_MS. Both reject when the reader is gone. */
const write = (response: Response, bytes: Uint8Array, clock: Clock, onSent: Sending['onSent']): { left: Promise<void>; inTime: Promise<boolean> } => {
  const left = new Promise<void>((resolve, reject) => {
    if (response.destroyed) return reject(GONE);
    const onClose = (): void => reject(GONE);
    response.once('close', onClose);
    response.write(bytes, (error) => {
      response.off('close', onClose);
      if (error) return reject(GONE);
      onSent(bytes.length);
      resolve();
    });
  });
  left.catch(() => {}); // Awaited below, or by the caller, or nobody is left to care.
  const inTime = new Promise<boolean>((resolve, reject) => {
    const cancel = clock.after(STALL_MS, () => resolve(false));
    left.then(
      () => {
        cancel();
        resolve(true);
      },
      (error: unknown) => {
        cancel();
        reject(error as Error);
      },
    );
  });
  return { left, inTime };
};

/**
 * Sends one range; resolves with false when the reader went away. Rejects with what the store rejects with before `begin`; afterwards a
 * failure has cut the answer.
 */
export const sendRange = async (response: Response, sending: Sending, resources: SendResources): Promise<boolean> => {
  const bytes = lentBytes(sending.range.end - sending.range.start);
  // Once readers that stand still hold most of it, waiting is of little use.
  const waitMs = resources.stalled.bytes > resources.fastBytesMax / 2 ? 0 : WAIT_MS;
  const isFast = !isSlow.has(response.socket ?? response) && (await resources.fast.acquire(bytes, { waitMs }));
  if (response.destroyed) {
    if (isFast) resources.fast.release(bytes);
    return false;
  }
  try {
    if (isFast) await sendFast(response, sending, resources);
    else {
      resources.onWay('slow');
      await verifyOnly(sending, resources);
      sending.begin();
      await sendSlow(response, sending, sending.range.start, resources);
    }
    response.end();
    return true;
  } catch (error) {
    if (response.headersSent) response.destroy();
    if (error === GONE) return false;
    throw error;
  }
};

/** Sockets whose reader was slow last time; they begin on the slow way until they have shown themselves quick. */
const isSlow = new WeakSet<object>();

const sendFast = async (response: Response, sending: Sending, resources: SendResources): Promise<void> => {
  const { store, clock, fast } = resources;
  const { range } = sending;
  let heldBytes = lentBytes(range.end - range.start);
  let read: StoreRead | undefined;
  const giveBack = (bytes: number): void => {
    heldBytes -= bytes;
    fast.release(bytes);
  };
  try {
    read = await store.read(sending.kind, sending.key, range);
    sending.begin();
    let from = range.start;
    for (const [index, piece] of read.pieces.entries()) {
      const pieceBytes = Math.min(heldBytes, lentBytes(piece.length));
      const { left, inTime } = write(response, piece, clock, sending.onSent);
      const isStalled = !(await inTime);
      if (isStalled) {
        isSlow.add(response.socket ?? response);
        resources.onWay('stalled');
        for (let later = index + 1; later < read.pieces.length; later += 1) read.releasePiece(later);
        giveBack(heldBytes - pieceBytes);
        resources.stalled.bytes += pieceBytes;
        await left.finally(() => (resources.stalled.bytes -= pieceBytes));
      }
      read.releasePiece(index);
      giveBack(pieceBytes);
      from += piece.length;
      if (isStalled) return await sendSlow(response, sending, from, resources);
    }
    resources.onWay('fast');
  } finally {
    // A destroyed socket no longer reads from what was queued on it, so its buffers may be used again.
    if (heldBytes > 0 && response.headersSent) response.destroy();
    read?.release();
    giveBack(heldBytes);
  }
};

const verifyOnly = async ({ kind, key, range }: Sending, { store, slow }: SendResources): Promise<void> => {
  for (let start = range.start; start < range.end; start += VERIFY_BYTES) {
    const end = Math.min(range.end, start + VERIFY_BYTES);
    await slow.acquire(end - start);
    try {
      (await store.read(kind, key, { start, end })).release();
    } finally {
      slow.release(end - start);
    }
  }
};

const sendSlow = async (response: Response, sending: Sending, from: number, resources: SendResources): Promise<void> => {
  const { slow, pool, clock } = resources;
  const { range } = sending;
  let isQuick = false;
  for (let start = from; start < range.end; ) {
    const sizeBytes = Math.min(SLOW_PIECE_BYTES, range.end - start);
    await slow.acquire(sizeBytes);
    const copy = pool.take(sizeBytes);
    let isCounted = true;
    /** Whoever stalls is no longer counted: what it holds is bounded by being one piece, and must not keep others from moving. */
    const uncount = (): void => {
      if (isCounted) slow.release(sizeBytes);
      isCounted = false;
    };
    let isGivenBack = false;
    try {
      await readInto(copy, sending, start, sizeBytes, resources);
      let sentBytes = 0;
      if (!isQuick) {
        const probe = new Uint8Array(copy.subarray(0, Math.min(PROBE_BYTES, sizeBytes)));
        const probing = write(response, probe, clock, sending.onSent);
        sentBytes = probe.length;
        isQuick = await probing.inTime;
        if (!isQuick) {
          isGivenBack = true;
          pool.give(copy);
          uncount();
          await probing.left;
          start += sentBytes;
          continue;
        }
      }
      if (sentBytes < sizeBytes) {
        const writing = write(response, copy.subarray(sentBytes, sizeBytes), clock, sending.onSent);
        isQuick = await writing.inTime;
        if (!isQuick) {
          uncount();
          await writing.left;
        }
      }
      start += sizeBytes;
    } finally {
      // A cut connection may still hold the memory for a moment, so only what has left is used again.
      if (!isGivenBack && !response.destroyed) pool.give(copy);
      uncount();
    }
  }
  if (isQuick) isSlow.delete(response.socket ?? response);
};

/** Fills `into` with a part of the record, verified, and of the same record as before. */
const readInto = async (
  into: Uint8Array,
  { kind, key, sha256 }: Sending,
  start: number,
  sizeBytes: number,
  { store }: SendResources,
): Promise<void> => {
  const read = await store.read(kind, key, { start, end: start + sizeBytes });
  try {
    if (read.sha256 !== sha256) throw new VStackError('conflict', `${key} was replaced while it was read.`);
    let filledBytes = 0;
    for (const piece of read.pieces) {
      into.set(piece, filledBytes);
      filledBytes += piece.length;
    }
  } finally {
    read.release();
  }
};
