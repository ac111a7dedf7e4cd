/**
 * One client of one video, as a pure step function: feed one input, carry out every effect in order, feed the next. It knows no clock, no chance
 * but its seed, and never waits. All kinds of clients are this one machine: they share what is fetched when, and differ in whom they ask, how
 * long they wait, and whether they split, hedge and remember.
 *
 *   chunk     missing ── all bytes here ──▶ verifying ── right ──▶ complete
 *                ▲                              │                     │
 *                └──────── wrong, lost ─────────┴─────────────────────┘
 *
 *   request   asked ── first byte ──▶ flowing ── all bytes ──▶ succeeded
 *               └─ silent, refused ──────┴─ cut, stalled ────▶ failed: its rest is a gap again
 *               └────── overtaken by a hedge, or no longer needed: ended
 */
import { chunksInReach, isInReach, nextDueMs } from './buffer.ts';
import { hedge, nextHedgeMs } from './hedge.ts';
import type { ChunkFacts, ClientEffect, ClientInput } from './messages.ts';
import { notePing } from './nodes.ts';
import { schedule } from './schedule.ts';
import { createSilentAt } from './silence.ts';
import { type ChunkState, type ClientState, createChunk, nodeOf, positionOf } from './state.ts';
import { abandon, type Effects, handleBytes, handleFailure, handleFirstByte, handleVerdict, seconds } from './work.ts';

/** Moves `state` by one input and returns what to do about it, in order. Inputs that no longer matter change nothing. `nowMs` is monotonic. */
export const stepClient = (state: ClientState, input: ClientInput, nowMs: number): ClientEffect[] => {
  const out: ClientEffect[] = [];
  const requestsBefore = state.requests.size;
  handle(state, input, nowMs, out);
  // Bytes come in by the thousand; only the end of a request makes room for new work.
  if (input.kind === 'bytes' && state.requests.size === requestsBefore) return out;
  schedule(state, nowMs, out);
  // What was moved is asked for elsewhere at once.
  if (hedge(state, nowMs, out)) schedule(state, nowMs, out);
  setTimer(state, nowMs, out);
  return out;
};

const handle = (state: ClientState, input: ClientInput, nowMs: number, out: Effects): void => {
  const request = 'requestId' in input ? state.requests.get(input.requestId) : undefined;
  const chunk = 'sequence' in input ? state.chunks.get(input.sequence) : undefined;
  switch (input.kind) {
    case 'chunks':
      return learnChunks(state, input.chunks);
    case 'playhead':
      state.playhead = { positionSec: input.positionSec, rate: input.rate, atMs: nowMs };
      if (input.isSeek) abandonOutOfReach(state, nowMs, out);
      return;
    case 'want':
      if (chunk) state.wanted.add(input.sequence);
      return;
    case 'unwant':
      if (state.wanted.delete(input.sequence) && chunk?.status === 'missing' && !isInReach(state, chunk, nowMs)) abandon(state, chunk, nowMs, out);
      return;
    case 'taken':
      if (chunk) chunk.isTaken = true;
      state.wanted.delete(input.sequence);
      return;
    case 'lost':
      if (chunk?.status === 'complete') reset(chunk);
      return;
    case 'retry':
      if (chunk) chunk.retryAtMs = Math.min(chunk.retryAtMs, nowMs);
      return;
    case 'first-byte':
      if (request) handleFirstByte(state, request, nowMs);
      return;
    case 'bytes':
      if (request) handleBytes(state, request, input.sizeBytes, nowMs, out);
      return;
    case 'done':
      // A request whose bytes have all come is over already.
      if (request) handleFailure(state, request, `sent ${request.gotBytes} of ${request.toByte - request.fromByte} bytes`, nowMs, out);
      return;
    case 'failed':
      if (request) handleFailure(state, request, input.reason, nowMs, out);
      return;
    case 'verified':
      if (chunk) handleVerdict(state, chunk, input.isRight, input.liars ?? [], nowMs, out);
      return;
    case 'ping':
      return notePing(nodeOf(state, input.nodeId), input.tookMs, nowMs);
    case 'truth':
      for (const link of input.links) nodeOf(state, link.nodeId).truth = link;
      return;
    case 'client':
      state.client = input.client;
      return;
    case 'timer':
      state.timerAtMs = null;
      return endSilent(state, nowMs, out);
  }
};

const learnChunks = (state: ClientState, chunks: readonly ChunkFacts[]): void => {
  for (const facts of chunks) {
    const known = state.chunks.get(facts.sequence);
    if (known) known.facts = facts;
    else state.chunks.set(facts.sequence, createChunk(facts));
    for (const nodeId of facts.holders) nodeOf(state, nodeId);
  }
  state.order = [...state.chunks.values()].sort((a, b) => a.facts.sequence - b.facts.sequence);
};

const reset = (chunk: ChunkState): void => {
  Object.assign(chunk, createChunk(chunk.facts));
};

const abandonOutOfReach = (state: ClientState, nowMs: number, out: Effects): void => {
  for (const chunk of state.order) if (chunk.status === 'missing' && chunk.askedAtMs !== null && !isInReach(state, chunk, nowMs)) abandon(state, chunk, nowMs, out);
};

const endSilent = (state: ClientState, nowMs: number, out: Effects): void => {
  const silentAt = createSilentAt(state);
  const silent = [...state.requests.values()].filter((request) => nowMs >= silentAt(request));
  for (const request of silent) {
    out.push({ kind: 'abort', requestId: request.requestId });
    const heard = positionOf(request) > request.fromByte ? `stopped after ${request.gotBytes} bytes and ` : '';
    handleFailure(state, request, `${heard}was silent for ${seconds(nowMs - request.heardAtMs)}`, nowMs, out);
  }
};

/** Rounding may put a time a hair before the moment it means; a timer that is always due would never let time pass. */
const TIMER_MS_MIN = 1;

/** The next time at which something happens by itself. */
const setTimer = (state: ClientState, nowMs: number, out: Effects): void => {
  const times: number[] = [];
  const silentAt = createSilentAt(state);
  for (const request of state.requests.values()) times.push(silentAt(request));
  for (const chunk of chunksInReach(state, nowMs)) if (chunk.status === 'missing' && chunk.retryAtMs > nowMs) times.push(chunk.retryAtMs);
  for (const { breaker } of state.nodes.values()) if (breaker.openUntilMs !== null && breaker.openUntilMs > nowMs) times.push(breaker.openUntilMs);
  for (const atMs of [nextDueMs(state, nowMs), nextHedgeMs(state, nowMs)]) if (atMs !== null) times.push(atMs);
  if (times.length === 0) return;
  const atMs = Math.max(nowMs + TIMER_MS_MIN, Math.min(...times));
  if (state.timerAtMs !== null && state.timerAtMs <= atMs && state.timerAtMs >= nowMs) return;
  state.timerAtMs = atMs;
  out.push({ kind: 'timer', atMs });
};
