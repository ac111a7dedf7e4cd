/** Gives work to nodes: the earliest deadline first, a few chunks at a time, whole or in ranges. */
import { figuresOf } from '../scheduling/node-estimate.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { bufferSecOf, dueChunks, isNeededNow } from './buffer.ts';
import { bytesIn, type ByteRange, gapsIn } from './byte-ranges.ts';
import { chooseNode, shareCount } from './choose.ts';
import { DOWNLOADS_MAX, RANGE_BYTES, RANGE_BYTES_MIN, RANGE_FIRST_BYTES, RANGE_REST_SHARE, SPLIT_BELOW_SEC } from './limits.ts';
import { type ChunkState, type ClientState, positionOf, requestsOf } from './state.ts';
import { ask, checkMiss, type Effects, isMeasuring } from './work.ts';

const gapsOf = (state: ClientState, { facts, here }: ChunkState): ByteRange[] =>
  gapsIn(facts.sizeBytes, here, requestsOf(state, facts.sequence).map((request) => ({ from: positionOf(request), to: request.toByte })));

/**
 * A range that keeps the link of any holder busy until the next one's first byte is there; of a chunk too small for that, an equal share for each
 * holder.
 */
const rangeBytesOf = (state: ClientState, chunk: ChunkState, nowMs: number): number => {
  const { facts } = chunk;
  const flowBytes = facts.holders.map((nodeId) => {
    const node = state.nodes.get(nodeId);
    const { bitsPerSecond = null, firstByteMs = null } = node ? figuresOf(node.estimate) : {};
    return bitsPerSecond === null || firstByteMs === null ? 0 : (bitsPerSecond / 8) * (firstByteMs / SECOND_MS) * RANGE_FIRST_BYTES;
  });
  const shareBytes = Math.ceil(facts.sizeBytes / shareCount(state, chunk, false, nowMs));
  return Math.floor(Math.max(RANGE_BYTES_MIN, Math.min(shareBytes, Math.max(RANGE_BYTES, ...flowBytes))));
};

/** How much of a gap is asked for in one piece. */
const pieceBytesOf = (state: ClientState, chunk: ChunkState, gapBytes: number, bufferSec: number, nowMs: number): number => {
  if (!isMeasuring(state) || chunk.isSuspect || bufferSec >= SPLIT_BELOW_SEC) return gapBytes;
  const pieceBytes = isNeededNow(state, chunk, bufferSec, nowMs)
    ? rangeBytesOf(state, chunk, nowMs)
    : Math.max(RANGE_BYTES, Math.ceil(gapBytes / shareCount(state, chunk, true, nowMs)));
  return gapBytes <= pieceBytes * (1 + RANGE_REST_SHARE) ? gapBytes : pieceBytes;
};

/** Asks for one piece of a chunk; returns whether somebody was there to be asked. */
const askForPiece = (state: ClientState, chunk: ChunkState, bufferSec: number, nowMs: number, out: Effects): boolean => {
  const isBusy = chunk.isSuspect && requestsOf(state, chunk.facts.sequence).length > 0;
  const gap = isBusy ? undefined : gapsOf(state, chunk)[0];
  if (!gap) return false;
  const pieceBytes = pieceBytesOf(state, chunk, gap.to - gap.from, bufferSec, nowMs);
  const choice = chooseNode(state, chunk, pieceBytes, nowMs);
  if (!choice) {
    checkMiss(state, chunk, nowMs, out);
    return false;
  }
  ask(state, chunk, gap.from, Math.min(gap.from + pieceBytes, gap.from + choice.bytesMax, gap.to), choice, null, nowMs, out);
  return true;
};

/** Chunks of one segment are needed together. The one with most bytes that nobody was asked for goes first, so that all of them end together. */
const scheduleSegment = (state: ClientState, segment: readonly ChunkState[], busy: Set<number>, bufferSec: number, nowMs: number, out: Effects): void => {
  const mayStart = ({ facts }: ChunkState): boolean => busy.has(facts.sequence) || busy.size < DOWNLOADS_MAX;
  for (let open = [...segment]; open.length > 0; ) {
    const sized = open.filter(mayStart).map((chunk) => ({ chunk, gapBytes: bytesIn(gapsOf(state, chunk)) }));
    const next = sized.reduce<(typeof sized)[number] | undefined>((most, candidate) => (most && most.gapBytes >= candidate.gapBytes ? most : candidate), undefined);
    if (!next) return;
    if (askForPiece(state, next.chunk, bufferSec, nowMs, out)) busy.add(next.chunk.facts.sequence);
    else open = open.filter((chunk) => chunk !== next.chunk);
  }
};

export const schedule = (state: ClientState, nowMs: number, out: Effects): void => {
  const bufferSec = bufferSecOf(state, nowMs);
  const busy = new Set([...state.requests.values()].map((request) => request.sequence));
  const due = dueChunks(state, nowMs);
  for (let index = 0; index < due.length; ) {
    const { startSec } = due[index]!.facts;
    const segment = due.slice(index).filter((chunk) => chunk.facts.startSec === startSec);
    scheduleSegment(state, segment, busy, bufferSec, nowMs, out);
    index += segment.length;
  }
};
