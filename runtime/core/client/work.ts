/** Requests from their beginning to their end: the only place that opens, settles and ends them. */
import { drawShare } from '../random.ts';
import { closeBreaker, distrust, failBreaker } from './breaker.ts';
import { addRange, bytesByOwner, bytesIn, missingIn } from './byte-ranges.ts';
import type { Choice } from './choose.ts';
import { explain } from './explain.ts';
import { HEDGE_BYTES_MAX, HEDGE_SHARE, HEDGE_SHARE_LOW, MISS_MS_MAX, MISS_MS_MIN, SPLIT_BELOW_SEC } from './limits.ts';
import type { Attempt, ClientEffect } from './messages.ts';
import { noteAsked, noteBytes, noteEnd, noteFirstByte } from './nodes.ts';
import { bufferSecOf } from './buffer.ts';
import { markedOf } from './pace.ts';
import { lateMsOf, noteRatio } from './predict.ts';
import { beginActivity, type ChunkState, type ClientState, endActivity, nodeOf, positionOf, type RequestState, requestsOf } from './state.ts';

export type Effects = ClientEffect[];

/** A node that gave nothing for this long, and whose bytes came from elsewhere meanwhile, failed; less is no word on it. */
const SILENT_LOSER_MS = 300;

export const isMeasuring = ({ client }: ClientState): boolean => client === 'smart' || client === 'oracle';

export const ask = (state: ClientState, chunk: ChunkState, fromByte: number, toByte: number, choice: Choice, hedgeOf: RequestState | null, nowMs: number, out: Effects): void => {
  const node = nodeOf(state, choice.nodeId);
  const { sequence } = chunk.facts;
  beginActivity(state, nowMs);
  noteAsked(node, toByte - fromByte, nowMs);
  const requestId = state.requestIdNext++;
  state.requests.set(requestId, {
    requestId, sequence, nodeId: choice.nodeId, fromByte, toByte, gotBytes: 0, doubledBytes: 0, askedAtMs: nowMs, firstByteAtMs: null, heardAtMs: nowMs, marks: null,
    predictedMs: choice.predictedMs, isTrial: choice.code === 'tried-again', isExploring: choice.code === 'explored',
    hedgeOf: hedgeOf?.requestId ?? null, reservedBytes: hedgeOf ? toByte - fromByte : 0,
  });
  state.totals.requestCount++;
  if (chunk.askedAtMs === null) {
    chunk.askedAtMs = nowMs;
    chunk.code = choice.code;
    chunk.reason = choice.reason;
  }
  out.push({ kind: 'request', requestId, nodeId: choice.nodeId, sequence, fromByte, toByte });
};

/** Takes a request out of the books. */
const settle = (state: ClientState, request: RequestState, end: 'succeeded' | 'failed' | 'dropped', nowMs: number): void => {
  const { requestId, nodeId, toByte, firstByteAtMs, reservedBytes, doubledBytes } = request;
  state.requests.delete(requestId);
  noteEnd(nodeOf(state, nodeId), end, toByte - positionOf(request), firstByteAtMs !== null, nowMs);
  // What was set aside for a hedge and not wasted goes back.
  if (reservedBytes > 0) state.hedgeBytes = Math.min(HEDGE_BYTES_MAX, state.hedgeBytes + Math.max(0, reservedBytes - doubledBytes));
  endActivity(state, nowMs);
};

const waste = (state: ClientState, sizeBytes: number): void => {
  state.totals.wastedBytes += sizeBytes;
};

/** Throws away what has come of a chunk. */
const discard = (state: ClientState, chunk: ChunkState): void => {
  for (const { nodeId, sizeBytes } of bytesByOwner(chunk.here)) nodeOf(state, nodeId).deliveredBytes -= sizeBytes;
  const sizeBytes = bytesIn(chunk.here);
  state.totals.deliveredBytes -= sizeBytes;
  waste(state, sizeBytes);
  chunk.here = [];
};

export const handleFirstByte = (state: ClientState, request: RequestState, nowMs: number): void => {
  if (request.firstByteAtMs !== null) return;
  request.firstByteAtMs = request.heardAtMs = nowMs;
  request.marks = markedOf(request, nowMs);
  const chunk = state.chunks.get(request.sequence)!;
  chunk.firstByteAtMs ??= nowMs;
  noteFirstByte(nodeOf(state, request.nodeId), nowMs - request.askedAtMs, nowMs);
};

export const handleBytes = (state: ClientState, request: RequestState, sizeBytes: number, nowMs: number, out: Effects): void => {
  handleFirstByte(state, request, nowMs);
  const chunk = state.chunks.get(request.sequence)!;
  const node = nodeOf(state, request.nodeId);
  const from = positionOf(request);
  const to = Math.min(request.toByte, from + sizeBytes);
  const freshBytes = bytesIn(missingIn(chunk.here, from, to));
  request.gotBytes = to - request.fromByte;
  request.heardAtMs = chunk.lastByteAtMs = nowMs;
  request.marks = markedOf(request, nowMs);
  request.doubledBytes += to - from - freshBytes;
  noteBytes(node, sizeBytes, nowMs);
  chunk.here = addRange(chunk.here, from, to, request.nodeId);
  node.deliveredBytes += freshBytes;
  state.spanBytes += sizeBytes;
  state.totals.deliveredBytes += freshBytes;
  waste(state, sizeBytes - freshBytes);
  const share = bufferSecOf(state, nowMs) < SPLIT_BELOW_SEC ? HEDGE_SHARE_LOW : HEDGE_SHARE;
  state.hedgeBytes = Math.min(HEDGE_BYTES_MAX, state.hedgeBytes + freshBytes * share);
  // A request that runs into what its hedge brought wastes bytes as well.
  if (request.hedgeOf === null) state.hedgeBytes -= to - from - freshBytes;
  if (request.gotBytes === request.toByte - request.fromByte) succeed(state, request, nowMs);
  endLosers(state, chunk, nowMs, out);
  checkWhole(chunk, out);
};

const succeed = (state: ClientState, request: RequestState, nowMs: number): void => {
  noteRatio(state, request, nowMs);
  settle(state, request, 'succeeded', nowMs);
  closeBreaker(nodeOf(state, request.nodeId).breaker, request.askedAtMs, nowMs);
  if (request.hedgeOf === null || request.doubledBytes * 2 > request.gotBytes) return;
  state.totals.hedgeWinCount++;
  state.chunks.get(request.sequence)!.remarks.push(`${request.nodeId} was quicker`);
};

/** Requests whose every byte has come from elsewhere meanwhile are ended. */
const endLosers = (state: ClientState, chunk: ChunkState, nowMs: number, out: Effects): void => {
  for (const request of requestsOf(state, chunk.facts.sequence)) {
    if (missingIn(chunk.here, positionOf(request), request.toByte).length > 0) continue;
    out.push({ kind: 'abort', requestId: request.requestId });
    const elapsedMs = nowMs - request.askedAtMs;
    const wasSilent = request.firstByteAtMs === null && elapsedMs >= Math.max(SILENT_LOSER_MS, lateMsOf(state, request));
    if (wasSilent) {
      blame(chunk, request, `was silent for ${seconds(elapsedMs)}`, nowMs);
      failBreaker(nodeOf(state, request.nodeId).breaker, request.askedAtMs, nowMs, drawShare(state.random));
    }
    settle(state, request, wasSilent ? 'failed' : 'dropped', nowMs);
    if (wasSilent) state.totals.failedRequestCount++;
  }
};

export const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(1))} s`;

const blame = (chunk: ChunkState, { nodeId, askedAtMs }: RequestState, error: string, nowMs: number): void => {
  chunk.attempts.push({ nodeId, tookMs: nowMs - askedAtMs, error });
  chunk.failed.add(nodeId);
};

/** A request came to nothing: what is missing of it is asked for elsewhere. */
export const handleFailure = (state: ClientState, request: RequestState, reason: string, nowMs: number, out: Effects): void => {
  const chunk = state.chunks.get(request.sequence)!;
  blame(chunk, request, reason, nowMs);
  settle(state, request, 'failed', nowMs);
  state.totals.failedRequestCount++;
  failBreaker(nodeOf(state, request.nodeId).breaker, request.askedAtMs, nowMs, drawShare(state.random));
  // Clients that do not resume begin anew, and so does a chunk that must come from one node.
  if (!isMeasuring(state) || chunk.isSuspect) discard(state, chunk);
  checkMiss(state, chunk, nowMs, out);
};

/** Ends a request that is too slow here; the rest of it is free to be asked for elsewhere. */
export const move = (state: ClientState, request: RequestState, nowMs: number, out: Effects): void => {
  const chunk = state.chunks.get(request.sequence)!;
  out.push({ kind: 'abort', requestId: request.requestId });
  blame(chunk, request, `was too slow: ${request.gotBytes} bytes in ${seconds(nowMs - request.askedAtMs)}`, nowMs);
  settle(state, request, 'dropped', nowMs);
};

/** Nobody needs it any more. */
export const drop = (state: ClientState, request: RequestState, nowMs: number, out: Effects): void => {
  out.push({ kind: 'abort', requestId: request.requestId });
  settle(state, request, 'dropped', nowMs);
};

export const abandon = (state: ClientState, chunk: ChunkState, nowMs: number, out: Effects): void => {
  for (const request of requestsOf(state, chunk.facts.sequence)) drop(state, request, nowMs, out);
  if (chunk.here.length === 0 && chunk.askedAtMs === null) return;
  discard(state, chunk);
  startAnew(chunk);
  out.push({ kind: 'forget', sequence: chunk.facts.sequence });
};

const startAnew = (chunk: ChunkState): void => {
  chunk.failed.clear();
  chunk.liars.clear();
  chunk.attempts = [];
  chunk.remarks = [];
  chunk.isSuspect = chunk.isHedged = false;
  chunk.askedAtMs = chunk.firstByteAtMs = null;
  chunk.status = 'missing';
};

const checkWhole = (chunk: ChunkState, out: Effects): void => {
  if (chunk.status !== 'missing' || missingIn(chunk.here, 0, chunk.facts.sizeBytes).length > 0) return;
  chunk.status = 'verifying';
  out.push({ kind: 'verify', sequence: chunk.facts.sequence });
};

/** A round is over when every holder failed and none is at it any more. */
export const checkMiss = (state: ClientState, chunk: ChunkState, nowMs: number, out: Effects): void => {
  const { facts, failed, liars, attempts } = chunk;
  if (requestsOf(state, facts.sequence).length > 0 || facts.holders.some((nodeId) => !failed.has(nodeId) && !liars.has(nodeId))) return;
  out.push({ kind: 'miss', sequence: facts.sequence, attempts: [...attempts] });
  chunk.retryAtMs = nowMs + Math.min(MISS_MS_MAX, MISS_MS_MIN * 2 ** chunk.missCount);
  chunk.missCount++;
  chunk.failed.clear();
  chunk.liars.clear();
  chunk.attempts = [];
};

const lie = (state: ClientState, chunk: ChunkState, nodeId: string, nowMs: number): void => {
  chunk.liars.add(nodeId);
  chunk.attempts.push({ nodeId, tookMs: nowMs - (chunk.askedAtMs ?? nowMs), error: 'sent wrong bytes: their SHA-256 is not the manifest’s' });
  const node = nodeOf(state, nodeId);
  node.failureCount++;
  state.totals.failedRequestCount++;
  distrust(node.breaker, nowMs, drawShare(state.random));
};

export const handleVerdict = (state: ClientState, chunk: ChunkState, isRight: boolean, liars: readonly string[], nowMs: number, out: Effects): void => {
  if (chunk.status !== 'verifying') return;
  for (const nodeId of liars) lie(state, chunk, nodeId, nowMs);
  if (isRight) return complete(state, chunk, out);
  const sources = bytesByOwner(chunk.here);
  const ranges = sources.length > 1 ? chunk.here : [];
  discard(state, chunk);
  chunk.status = 'missing';
  // With one source the liar is known; with several the chunk is fetched from one node alone, and compared.
  if (sources.length === 1) lie(state, chunk, sources[0]!.nodeId, nowMs);
  else chunk.remarks.push(`wrong bytes from ${sources.map((source) => source.nodeId).join(' or ')}, fetched again`);
  chunk.isSuspect = true;
  out.push({ kind: 'restart', sequence: chunk.facts.sequence, sources: ranges });
  checkMiss(state, chunk, nowMs, out);
};

const complete = (state: ClientState, chunk: ChunkState, out: Effects): void => {
  chunk.status = 'complete';
  const { facts, attempts, askedAtMs, firstByteAtMs, lastByteAtMs } = chunk;
  const sources = bytesByOwner(chunk.here);
  const failedNodeIds = new Set(attempts.map((attempt) => attempt.nodeId));
  // Who broke off did not serve it, however much came before.
  const nodeId = (sources.find((source) => !failedNodeIds.has(source.nodeId)) ?? sources[0])?.nodeId ?? facts.holders[0] ?? '';
  nodeOf(state, nodeId).chunkCount++;
  const tookMs = lastByteAtMs - askedAtMs!;
  const served: Attempt[] = [...sources.filter((source) => source.nodeId !== nodeId && !failedNodeIds.has(source.nodeId)).reverse(), { nodeId }].map((source) => ({ nodeId: source.nodeId, tookMs, error: null }));
  const failedOver = attempts.some((attempt) => sources.some((source) => source.nodeId !== attempt.nodeId));
  if (failedOver) state.totals.failOverCount++;
  out.push({
    kind: 'complete',
    outcome: {
      sequence: facts.sequence, nodeId, sources, attempts: [...attempts, ...served], askedAtMs: askedAtMs!, firstByteMs: (firstByteAtMs ?? askedAtMs!) - askedAtMs!, tookMs,
      hedged: chunk.isHedged, failedOver, code: chunk.isSuspect ? 'refetched' : sources.length > 1 && !chunk.isHedged && !failedOver ? 'split' : chunk.code, why: explain(chunk, sources),
    },
  });
  chunk.here = [];
  chunk.missCount = 0;
};
