/**
 * The client's way to simulated nodes: HTTP/1.1 as far as it costs time. A request takes an idle connection to its node or opens one, one
 * answer at a time on each; an answer that was ended early takes its connection along; an idle one is closed after a while. Bodies are zeros.
 */
import type { RangeAsk, RangeHandlers, Transport } from '../../../client/transport.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Line, LineEvents, VirtualLink } from './link-line.ts';
import { HEAD_BYTES } from './node.ts';

/** As Node's own fetch keeps them. */
const IDLE_MS_MAX = 4_000;
const PING_MS_MAX = 2_000;
/** The body of a ping. */
const PING_BYTES = 16;
const ZEROS = new Uint8Array(1024 * 1024);

interface Idle {
  line: Line;
  stopWaiting(): void;
}

interface Exchange {
  onHead(): void;
  onBody(sizeBytes: number): void;
  onEnd(): void;
  onReset(hasBegun: boolean): void;
}

export const createVirtualTransport = (links: ReadonlyMap<string, VirtualLink>, clock: Clock): Transport => {
  const idle = new Map<string, Idle[]>();

  const putAway = (nodeId: string, line: Line): void => {
    const lines = idle.get(nodeId) ?? [];
    idle.set(nodeId, lines);
    const drop = (): void => void lines.splice(lines.indexOf(entry), 1);
    const entry: Idle = {
      line,
      stopWaiting: clock.after(IDLE_MS_MAX, () => {
        drop();
        line.close();
      }),
    };
    lines.push(entry);
    line.listen({
      onBytes: () => {},
      onReset: () => {
        entry.stopWaiting();
        drop();
      },
    });
  };

  /** One request and its answer. Returns what ends it. */
  const exchange = (nodeId: string, link: VirtualLink, bodyBytes: number, told: Exchange): (() => void) => {
    let headLeftBytes = HEAD_BYTES;
    let bodyLeftBytes = bodyBytes;
    let isOver = false;
    const events: LineEvents = {
      onBytes(sizeBytes) {
        const ofHeadBytes = Math.min(headLeftBytes, sizeBytes);
        headLeftBytes -= ofHeadBytes;
        if (ofHeadBytes > 0 && headLeftBytes === 0) told.onHead();
        const ofBodyBytes = Math.min(bodyLeftBytes, sizeBytes - ofHeadBytes);
        // Whoever was told of the head may have ended it.
        if (isOver) return;
        if (ofBodyBytes > 0) {
          bodyLeftBytes -= ofBodyBytes;
          told.onBody(ofBodyBytes);
        }
        if (isOver || headLeftBytes > 0 || bodyLeftBytes > 0) return;
        isOver = true;
        putAway(nodeId, line);
        told.onEnd();
      },
      onReset() {
        if (isOver) return;
        isOver = true;
        told.onReset(headLeftBytes === 0);
      },
    };
    const reused = idle.get(nodeId)?.pop();
    reused?.stopWaiting();
    const line = reused?.line ?? link.connect(events);
    line.listen(events);
    line.ask(bodyBytes);
    return () => {
      if (isOver) return;
      isOver = true;
      line.close();
    };
  };

  const later = (act: () => void): (() => void) => clock.after(0, act);

  return {
    request({ nodeId, fromByte, toByte }: RangeAsk, handlers: RangeHandlers) {
      const link = links.get(nodeId);
      if (!link) return later(() => handlers.onFailure('has no address in the manifest'));
      return exchange(nodeId, link, toByte - fromByte, {
        onHead: () => handlers.onFirstByte(),
        onBody(sizeBytes) {
          for (let leftBytes = sizeBytes; leftBytes > 0; leftBytes -= ZEROS.length) handlers.onBytes(ZEROS.subarray(0, Math.min(leftBytes, ZEROS.length)));
        },
        onEnd: () => handlers.onEnd(),
        onReset: (hasBegun) => handlers.onFailure(hasBegun ? 'broke off' : 'could not be reached'),
      });
    },
    ping(nodeId, onAnswer) {
      const link = links.get(nodeId);
      if (!link) return later(() => onAnswer(null));
      const askedMs = clock.nowMs();
      const answer = (tookMs: number | null): void => {
        stopWaiting();
        end();
        onAnswer(tookMs);
      };
      const end = exchange(nodeId, link, PING_BYTES, { onHead: () => {}, onBody: () => {}, onEnd: () => answer(clock.nowMs() - askedMs), onReset: () => answer(null) });
      const stopWaiting = clock.after(PING_MS_MAX, () => answer(null));
      return () => {
        stopWaiting();
        end();
      };
    },
  };
};
