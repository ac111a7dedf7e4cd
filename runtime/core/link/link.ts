/**
 * The link model: what happens to the bytes of a node's connections between client and node, as a pure state machine. It knows sizes, not
 * contents: whoever drives it keeps the bytes themselves, in order, and passes on as many as it says.
 *
 *   input                                                       output, in the order of time
 *     open {id}                     a client connected            refused {id}      reset it at once; the link is failed
 *     bytes {id, way, sizeBytes}    a sender sent                 release {id, way, sizeBytes, atMs}   the next bytes are there
 *     end | reset {id, way}         a sender's last word          end | reset {id, way}                pass it on
 *     gone {id}                     both sockets are closed       reset {id, way: null}                reset both sides: the link itself ends it
 *     settings {settings}           a live edit
 *     tick                          time passed
 *
 * Driving it. Every input carries `nowMs`, monotonic milliseconds that never go back; `stepLink` returns all that is due by then.
 * `nextWakeMs` tells when something will be due if nothing else happens (Infinity: nothing will); wake it then with a tick. In real time wake it
 * as soon after as timers allow: whatever was due earlier is reckoned at the time it was due (`atMs`), so lateness costs no rate. In virtual time
 * jump from wake-up to wake-up. `roomBytes` tells how much more a sender should be let send now: while it is not positive a socket is paused, which
 * bounds the memory of a connection. It is advice: a simulator, which holds no bytes, may send a message whole. After `reset`, or after both ways
 * were ended, an id is forgotten; inputs about it are ignored. Ids are numbers that the driver never uses again.
 *
 *   const link = createLink({ settings, seed: 7, nowMs: 0 });
 *   stepLink(link, { kind: 'open', id: 1 }, 0);
 *   stepLink(link, { kind: 'bytes', id: 1, way: 'toNode', sizeBytes: 200 }, 0);   // []: with 20 ms of latency it is not there yet
 *   nextWakeMs(link);                                                             // 60: a round trip to connect, then one way
 *   stepLink(link, { kind: 'tick' }, 60);                                         // [{ kind: 'release', id: 1, way: 'toNode', sizeBytes: 200, atMs: 60 }]
 *
 * What a byte waits for, in this order (limits.ts has the constants, virtual-tcp.ts the rounds):
 *   handshake   a round trip after the connection was opened, and a second (then two, four) for each lost packet of it
 *   latency     ± jitter, drawn for what arrived together; order is kept
 *   window      at most a window of segments each round trip; without latency and loss there is no window
 *   rate        of the way, shared in turns by all connections that have bytes waiting
 *   losses      of segments before it on its own connection
 *   partition   nothing passes that way; a connection that was not yet open needs both
 *
 * Edits act on everything that is under way, at once: all times are reckoned from the settings as they are. Bytes are never lost, doubled or
 * reordered, whatever is edited.
 *
 * Known gaps: acknowledgements take no rate and are never lost; a window is kept over idle times; a lost segment takes its share of the rate
 * once, not again when it is repeated; the end of a stream is not lost.
 */
import type { LinkCounters, LinkSettings } from '../../contract/link.ts';
import { createRandom, drawShare } from '../random.ts';
import { advance, forget, openAtMs, resetByLink } from './advance.ts';
import { createFlow, type FlowEnd, retryNow } from './flow.ts';
import {
  HANDSHAKE_RETRIES_MAX, HANDSHAKE_RETRY_MS, HELD_BYTES_MIN, HELD_MS_SPARE, HELD_WINDOWS, RESET_BYTES_MAX, SEGMENT_BYTES, WINDOW_BYTES_MAX,
} from './limits.ts';
import { drawLoss, isLossy } from './loss.ts';
import { type Link, type LinkInput, type LinkOutput, viewOf, type WayName, WAYS } from './state.ts';
import { windowOf } from './virtual-tcp.ts';
import { activate, bytesPerMs, changeWay, createWay, drawJitter } from './way.ts';

export interface LinkOptions {
  settings: LinkSettings;
  /** A whole number below 2^53. Same seed, same inputs at the same times: same outputs. */
  seed: number;
  nowMs: number;
}

export const createLink = ({ settings, seed, nowMs }: LinkOptions): Link => ({
  settings,
  view: viewOf(settings),
  ways: { toNode: createWay(settings.toNode, seed, 0, nowMs), toClient: createWay(settings.toClient, seed, 1, nowMs) },
  connections: new Map(),
  nowMs,
  wakeMs: Infinity,
  random: createRandom(seed, WAYS.length * 2),
  counters: {
    bytesToNode: 0, bytesToClient: 0, connectionCountTotal: 0, resetCountTotal: 0, delayMsTotal: 0, delayedCountTotal: 0, heldMsTotal: 0, lossCountTotal: 0,
  },
});

/** Feeds one input; returns what is due by `nowMs`, which may not be earlier than at the last step (an earlier one counts as that). */
export const stepLink = (link: Link, input: LinkInput, nowMs: number): LinkOutput[] => {
  const outputs: LinkOutput[] = [];
  advance(link, nowMs, outputs);
  switch (input.kind) {
    case 'open':
      open(link, input.id, outputs);
      break;
    case 'bytes':
      takeIn(link, input.id, input.way, input.sizeBytes);
      break;
    case 'end':
    case 'reset':
      takeEnd(link, input.id, input.way, input.kind);
      break;
    case 'gone': {
      const connection = link.connections.get(input.id);
      if (connection) forget(link, connection);
      break;
    }
    case 'settings':
      change(link, input.settings, outputs);
      break;
    case 'tick':
      return outputs;
  }
  advance(link, nowMs, outputs);
  return outputs;
};

/** When something will be due if no input comes before; Infinity when nothing will. */
export const nextWakeMs = (link: Link): number => link.wakeMs;

/**
 * How many bytes more the sender of this way may send now; not positive: it stands still. Enough is let in to fill the way and the window, and
 * so that a wake-up that is late by HELD_MS_SPARE finds the next bytes there.
 */
export const roomBytes = (link: Link, id: number, name: WayName): number => {
  const flow = link.connections.get(id)?.flows[name];
  if (!flow) return 0;
  const { rttMs } = link.view;
  const ofWindow = rttMs > 0 ? HELD_WINDOWS * windowOf(flow.tcp) * SEGMENT_BYTES : Infinity;
  const ofRate = bytesPerMs(link.ways[name]) * (rttMs + HELD_MS_SPARE);
  const wantedBytes = Math.min(ofWindow, ofRate);
  const limitBytes = wantedBytes === Infinity ? HELD_BYTES_MIN : Math.min(Math.max(wantedBytes, HELD_BYTES_MIN), WINDOW_BYTES_MAX);
  return limitBytes - flow.bytes;
};

export const countersOf = (link: Link): LinkCounters => {
  let heldBytes = 0;
  for (const { flows } of link.connections.values()) heldBytes += flows.toNode.bytes + flows.toClient.bytes;
  return { ...link.counters, connectionCount: link.connections.size, heldBytes };
};

const open = (link: Link, id: number, outputs: LinkOutput[]): void => {
  link.counters.connectionCountTotal += 1;
  if (link.settings.isFailed) {
    link.counters.resetCountTotal += 1;
    outputs.push({ kind: 'refused', id });
    return;
  }
  // Both are drawn in any case, so that one connection's fate changes nothing for the next.
  const resetDraw = drawShare(link.random);
  const resetAfterBytes = Math.floor(drawShare(link.random) * RESET_BYTES_MAX);
  link.connections.set(id, {
    id,
    openedMs: link.nowMs,
    handshakeMsLost: drawHandshake(link),
    isEstablished: false,
    resetAtShare: resetDraw < link.settings.resetShare ? resetDraw : Infinity,
    resetAfterBytes,
    passedBytes: 0,
    flows: { toNode: createFlow(id), toClient: createFlow(id) },
  });
};

/** One packet each way; a lost one is sent again after a second, two, four. */
const drawHandshake = (link: Link): number => {
  let lostCount = 0;
  for (const name of WAYS) {
    const { loss, settings } = link.ways[name];
    while (isLossy(settings.loss) && lostCount < HANDSHAKE_RETRIES_MAX && drawLoss(loss, settings.loss)) lostCount += 1;
  }
  link.counters.lossCountTotal += lostCount;
  return HANDSHAKE_RETRY_MS * (2 ** lostCount - 1);
};

const takeIn = (link: Link, id: number, name: WayName, sizeBytes: number): void => {
  const flow = link.connections.get(id)?.flows[name];
  if (!flow || flow.end || sizeBytes <= 0) return;
  const way = link.ways[name];
  flow.line.push({ sizeBytes, enteredMs: link.nowMs, jitterDraw: drawJitter(way) });
  flow.bytes += sizeBytes;
  activate(way, flow);
};

const takeEnd = (link: Link, id: number, name: WayName, kind: FlowEnd['kind']): void => {
  const flow = link.connections.get(id)?.flows[name];
  // A reset may follow an end (the sender closed, and refuses what it is still sent), never the other way round.
  if (!flow || flow.end?.kind === 'reset' || flow.end?.kind === kind) return;
  const way = link.ways[name];
  flow.end = { kind, enteredMs: link.nowMs, jitterDraw: drawJitter(way) };
  flow.isEnded = false;
  activate(way, flow);
};

const change = (link: Link, settings: LinkSettings, outputs: LinkOutput[]): void => {
  const { isCut } = link.view;
  const connections = [...link.connections.values()];
  for (const connection of connections) connection.isEstablished ||= !isCut.toNode && !isCut.toClient && link.nowMs >= openAtMs(link, connection);
  for (const name of WAYS) {
    if (!changeWay(link.ways[name], settings[name], link.nowMs)) continue;
    // Time-outs of up to a minute came from losses that are no more: whatever is missing is tried under the new ones.
    for (const connection of connections) {
      retryNow(connection.flows[name]);
      connection.handshakeMsLost = 0;
    }
  }
  link.settings = settings;
  link.view = viewOf(settings);
  if (settings.isFailed) for (const connection of connections) resetByLink(link, connection, outputs);
};
