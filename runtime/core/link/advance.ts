/** Time in the link model: what is due next, and what happens then. One thing at a time, in order, each at the time it is due. */
import { type Flow, fillHoles, hold, isIdle, isStalled, nextRetryMs, retry, segmentsOf, takeFromLine } from './flow.ts';
import { SEGMENT_BYTES } from './limits.ts';
import { drawLoss } from './loss.ts';
import { type Connection, type Link, type LinkOutput, type WayName, WAYS } from './state.ts';
import { isRoundOver, startRound, windowOf } from './virtual-tcp.ts';
import { delayMsOf, occupy, turnBytesOf } from './way.ts';

/** Lets everything happen that is due by `nowMs`. */
export const advance = (link: Link, nowMs: number, outputs: LinkOutput[]): void => {
  for (;;) {
    let nextMs = Infinity;
    let next: Flow | null = null;
    let nextName: WayName = 'toNode';
    let isHolding = false;
    for (const name of WAYS) {
      for (const flow of link.ways[name].active) {
        isHolding ||= flow.holes.length > 0 || (link.view.isCut[name] && flow.bytes > 0);
        const dueMs = dueAtMs(link, name, flow);
        // Of those that wait for the same shared rate, who had least is next.
        if (dueMs > nextMs || (dueMs === nextMs && (next === null || nextName !== name || flow.turnBytes >= next.turnBytes))) continue;
        nextMs = dueMs;
        next = flow;
        nextName = name;
      }
    }
    const reachedMs = Math.max(link.nowMs, Math.min(nextMs, nowMs));
    if (isHolding) link.counters.heldMsTotal += reachedMs - link.nowMs;
    link.nowMs = reachedMs;
    if (next === null || nextMs > nowMs) {
      link.wakeMs = nextMs;
      return;
    }
    act(link, nextName, next, outputs);
  }
};

/** The connection is no more; what it still held is dropped. */
export const forget = (link: Link, { id, flows }: Connection): void => {
  link.connections.delete(id);
  for (const name of WAYS) link.ways[name].active.delete(flows[name]);
};

export const resetByLink = (link: Link, connection: Connection, outputs: LinkOutput[]): void => {
  link.counters.resetCountTotal += 1;
  outputs.push({ kind: 'reset', id: connection.id, way: null, atMs: link.nowMs });
  forget(link, connection);
};

/** When its handshake is over, if nothing is cut. */
export const openAtMs = ({ view }: Link, { openedMs, handshakeMsLost }: Connection): number =>
  openedMs + view.rttMs + (view.isLossy.toNode || view.isLossy.toClient ? handshakeMsLost : 0);

/** When the first of its bytes may pass, or its end; never before now. */
const passableAtMs = (link: Link, name: WayName, { connectionId }: Flow, enteredMs: number, jitterDraw: number): number => {
  const { isCut } = link.view;
  if (isCut[name]) return Infinity;
  const atMs = Math.max(link.nowMs, enteredMs + delayMsOf(link.ways[name], jitterDraw));
  const connection = link.connections.get(connectionId)!;
  if (connection.isEstablished) return atMs;
  if (isCut.toNode || isCut.toClient) return Infinity;
  // The first flight leaves when the handshake is over.
  return Math.max(atMs, openAtMs(link, connection) + delayMsOf(link.ways[name], jitterDraw));
};

const retryAtMs = (link: Link, name: WayName, flow: Flow): number => {
  if (flow.holes.length === 0 || link.view.isCut[name]) return Infinity;
  return link.view.isLossy[name] ? Math.max(link.nowMs, nextRetryMs(flow, link.view.rttMs)) : link.nowMs;
};

const passAtMs = (link: Link, name: WayName, flow: Flow): number => {
  const first = flow.line[0];
  if (!first) return Infinity;
  const way = link.ways[name];
  let atMs = passableAtMs(link, name, flow, first.enteredMs, first.jitterDraw);
  if (way.settings.bitsPerSecond !== null) atMs = Math.max(atMs, way.freeAtMs);
  const { tcp } = flow;
  if (link.view.rttMs === 0 || tcp.round === null) return atMs;
  const roundEndMs = tcp.round.startMs + link.view.rttMs;
  if (tcp.round.sent >= windowOf(tcp)) atMs = Math.max(atMs, roundEndMs);
  return atMs >= roundEndMs && isStalled(flow) ? Infinity : atMs;
};

const endAtMs = (link: Link, name: WayName, flow: Flow): number => {
  const { end } = flow;
  if (end === null || flow.isEnded || flow.bytes > 0) return Infinity;
  const atMs = passableAtMs(link, name, flow, end.enteredMs, end.jitterDraw);
  if (end.kind === 'reset') return atMs;
  const passableSinceMs = Math.max(flow.releasedMs, end.enteredMs + delayMsOf(link.ways[name], end.jitterDraw));
  return Math.max(atMs, passableSinceMs + link.settings.slowCloseMs);
};

const dueAtMs = (link: Link, name: WayName, flow: Flow): number =>
  Math.min(retryAtMs(link, name, flow), passAtMs(link, name, flow), endAtMs(link, name, flow));

const act = (link: Link, name: WayName, flow: Flow, outputs: LinkOutput[]): void => {
  const connection = link.connections.get(flow.connectionId)!;
  if (retryAtMs(link, name, flow) <= link.nowMs) fill(link, name, flow, outputs);
  else if (passAtMs(link, name, flow) <= link.nowMs) pass(link, name, flow, outputs);
  else passEnd(link, name, flow, connection, outputs);
  if (isIdle(flow)) link.ways[name].active.delete(flow);
  if (connection.resetAtShare < link.settings.resetShare && connection.passedBytes >= connection.resetAfterBytes && link.connections.has(connection.id)) {
    resetByLink(link, connection, outputs);
  }
};

/** Missing segments arrive, and everything that waited behind them. */
const fill = (link: Link, name: WayName, flow: Flow, outputs: LinkOutput[]): void => {
  const { loss, settings } = link.ways[name];
  if (link.view.isLossy[name]) link.counters.lossCountTotal += retry(flow, link.view.rttMs, link.nowMs, () => drawLoss(loss, settings.loss));
  else fillHoles(flow);
  while (flow.held.length > 0 && flow.held[0]!.hole === null) {
    const { sizeBytes, enteredMs } = flow.held.shift()!;
    release(link, name, flow, sizeBytes, enteredMs, outputs);
  }
};

/** One turn: bytes arrive at the far end, but for those that are lost on the way. */
const pass = (link: Link, name: WayName, flow: Flow, outputs: LinkOutput[]): void => {
  const way = link.ways[name];
  const { rttMs, isLossy } = link.view;
  const round = rttMs === 0 ? null : isRoundOver(flow.tcp, rttMs, link.nowMs) ? startRound(flow.tcp, link.nowMs) : flow.tcp.round!;
  const windowBytes = round === null ? Infinity : (windowOf(flow.tcp) - round.sent) * SEGMENT_BYTES;
  const { sizeBytes, enteredMs } = takeFromLine(flow, Math.min(turnBytesOf(way), windowBytes));
  occupy(way, flow, sizeBytes, link.nowMs);
  const passOn = (passedBytes: number): void => {
    if (passedBytes === 0) return;
    if (flow.held.length === 0) release(link, name, flow, passedBytes, enteredMs, outputs);
    else hold(flow, passedBytes, enteredMs, null);
  };
  if (round === null || !isLossy[name]) {
    if (round !== null) round.sent += segmentsOf(sizeBytes);
    return passOn(sizeBytes);
  }
  let passedBytes = 0;
  for (let leftBytes = sizeBytes; leftBytes > 0; leftBytes -= SEGMENT_BYTES) {
    const segmentBytes = Math.min(SEGMENT_BYTES, leftBytes);
    round.sent += 1;
    if (!drawLoss(way.loss, way.settings.loss)) {
      passedBytes += segmentBytes;
      continue;
    }
    round.lost += 1;
    link.counters.lossCountTotal += 1;
    passOn(passedBytes);
    passedBytes = 0;
    hold(flow, segmentBytes, enteredMs, { sinceMs: link.nowMs, timeoutCount: 0, round });
  }
  passOn(passedBytes);
};

const release = (link: Link, name: WayName, flow: Flow, sizeBytes: number, enteredMs: number, outputs: LinkOutput[]): void => {
  const { counters, nowMs } = link;
  const { connectionId: id } = flow;
  flow.bytes -= sizeBytes;
  flow.releasedMs = nowMs;
  link.connections.get(id)!.passedBytes += sizeBytes;
  counters[name === 'toNode' ? 'bytesToNode' : 'bytesToClient'] += sizeBytes;
  counters.delayMsTotal += segmentsOf(sizeBytes) * (nowMs - enteredMs);
  counters.delayedCountTotal += segmentsOf(sizeBytes);
  const last = outputs.at(-1);
  if (last?.kind === 'release' && last.id === id && last.way === name && last.atMs === nowMs) last.sizeBytes += sizeBytes;
  else outputs.push({ kind: 'release', id, way: name, sizeBytes, atMs: nowMs });
};

const passEnd = (link: Link, name: WayName, flow: Flow, connection: Connection, outputs: LinkOutput[]): void => {
  const { kind } = flow.end!;
  flow.isEnded = true;
  outputs.push({ kind, id: connection.id, way: name, atMs: link.nowMs });
  const isOver = kind === 'reset' || (connection.flows.toNode.isEnded && connection.flows.toClient.isEnded);
  if (isOver) forget(link, connection);
};
