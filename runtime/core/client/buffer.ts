/** Where the playhead is, what is buffered ahead of it, and when each chunk is needed. */
import { SECOND_MS } from '../../contract/units.ts';
import { AHEAD_BYTES_MAX, DOWNLOADS_MAX, FILL_SEC, NEEDED_NOW_SEC } from './limits.ts';
import type { ChunkState, ClientState } from './state.ts';

/** Timestamps of segments are rounded; what is closer than this touches. */
const GAP_SEC_MAX = 0.01;
/** A download has no playhead. Once its first chunk is there, it has all the time of a full buffer. */
const DOWNLOAD_BUFFER_SEC = FILL_SEC;
/** Chunks that are looked at for work: those under way, and as many that may have to wait for their nodes. */
const DUE_MAX = 2 * DOWNLOADS_MAX;

export const positionAt = ({ playhead }: ClientState, nowMs: number): number =>
  playhead.positionSec + (playhead.rate * Math.max(0, nowMs - playhead.atMs)) / SECOND_MS;

/** The first chunk whose segment has not ended at that time; the count of all after the end. */
const indexAt = ({ order }: ClientState, atSec: number): number => {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order[middle]!.facts.endSec > atSec) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** Until where it can be played from a position without a stall: segments count when all their chunks are there. */
export const bufferedUntilSec = (state: ClientState, fromSec: number): number => {
  let untilSec = fromSec;
  for (let index = indexAt(state, fromSec); index < state.order.length; ) {
    const { startSec, endSec } = state.order[index]!.facts;
    if (startSec > untilSec + GAP_SEC_MAX) break;
    for (; index < state.order.length && state.order[index]!.facts.startSec === startSec; index++) if (state.order[index]!.status !== 'complete') return untilSec;
    untilSec = endSec;
  }
  return untilSec;
};

export const bufferSecOf = (state: ClientState, nowMs: number): number => {
  if (state.schedule === 'wanted') return state.order.some((chunk) => chunk.status !== 'missing') ? DOWNLOAD_BUFFER_SEC : 0;
  const fromSec = positionAt(state, nowMs);
  return bufferedUntilSec(state, fromSec) - fromSec;
};

/** Whether the picture waits for a chunk, or will before long; of a download, the first chunk. */
export const isNeededNow = (state: ClientState, { facts }: ChunkState, bufferSec: number, nowMs: number): boolean => {
  if (bufferSec >= NEEDED_NOW_SEC) return false;
  if (state.schedule === 'wanted') return facts.sequence === Math.min(...state.wanted);
  return facts.startSec < positionAt(state, nowMs) + NEEDED_NOW_SEC;
};

/** When a chunk must be there: its segment begins to play. A picture that stands could move at once. */
export const deadlineMsOf = (state: ClientState, { facts }: ChunkState, nowMs: number): number =>
  state.schedule === 'wanted'
    ? nowMs + DOWNLOAD_BUFFER_SEC * SECOND_MS
    : nowMs + (Math.max(0, facts.startSec - positionAt(state, nowMs)) * SECOND_MS) / (state.playhead.rate || 1);

/** In playing order: what lies within reach of the playhead, and what is wanted anywhere. */
export const chunksInReach = (state: ClientState, nowMs: number): ChunkState[] => {
  const reached: ChunkState[] = [];
  const fromSec = positionAt(state, nowMs);
  for (let index = indexAt(state, fromSec); state.schedule === 'playback' && index < state.order.length; index++) {
    const chunk = state.order[index]!;
    if (chunk.facts.startSec >= fromSec + FILL_SEC) break;
    reached.push(chunk);
  }
  const elsewhere = [...state.wanted].map((sequence) => state.chunks.get(sequence)!).filter((chunk) => !reached.includes(chunk));
  return elsewhere.length === 0 ? reached : [...reached, ...elsewhere].sort((a, b) => a.facts.sequence - b.facts.sequence);
};

/** Chunks to fetch now, the earliest deadline first. */
export const dueChunks = (state: ClientState, nowMs: number): ChunkState[] => {
  const due: ChunkState[] = [];
  let aheadBytes = 0;
  for (const chunk of chunksInReach(state, nowMs)) {
    const { facts, status, isTaken, retryAtMs } = chunk;
    if (status !== 'missing') {
      if (!isTaken) aheadBytes += facts.sizeBytes;
      continue;
    }
    if (retryAtMs > nowMs) continue;
    // What is needed next is fetched whatever the memory: nothing would move otherwise.
    const isNext = due.length === 0 || state.wanted.has(facts.sequence);
    if (!isNext && aheadBytes + facts.sizeBytes > AHEAD_BYTES_MAX) break;
    aheadBytes += facts.sizeBytes;
    due.push(chunk);
    if (due.length >= DUE_MAX) break;
  }
  return due;
};

/** Whether anybody still has a use for a chunk. */
export const isInReach = (state: ClientState, { facts }: ChunkState, nowMs: number): boolean => {
  if (state.wanted.has(facts.sequence)) return true;
  const fromSec = positionAt(state, nowMs);
  return state.schedule === 'playback' && facts.endSec > fromSec && facts.startSec < fromSec + FILL_SEC;
};

/** When the next chunk comes within reach of the playhead; null while it stands or nothing is left. */
export const nextDueMs = (state: ClientState, nowMs: number): number | null => {
  if (state.schedule === 'wanted' || state.playhead.rate <= 0) return null;
  const reachSec = positionAt(state, nowMs) + FILL_SEC;
  for (let index = indexAt(state, reachSec - FILL_SEC); index < state.order.length; index++) {
    const { facts, status } = state.order[index]!;
    if (status === 'missing' && facts.startSec >= reachSec) return nowMs + ((facts.startSec - reachSec) * SECOND_MS) / state.playhead.rate;
  }
  return null;
};
