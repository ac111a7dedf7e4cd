/**
 * One link on real sockets: listens where clients connect, connects to the node, and moves bytes when the model (runtime/core/link/link.ts) says
 * so. A thin loop: every event of a socket and every ring of the timer becomes an input, every output a call on a socket.
 */
import type { LinkSpec } from '../../contract/child-config.ts';
import type { LinkCounters, LinkSettings } from '../../contract/link.ts';
import { countersOf, createLink, nextWakeMs, roomBytes, stepLink } from '../../core/link/link.ts';
import { type LinkInput, type LinkOutput, type WayName, WAYS } from '../../core/link/state.ts';
import type { Clock } from '../../platform/clock.ts';
import { connectTcp, listenTcp, type TcpSocket } from '../../platform/net/tcp.ts';
import { createPipe, type Pipe } from './pipe.ts';
import type { Waker } from './waker.ts';

export interface LinkProxy {
  readonly nodeId: string;
  readonly port: number;
  target(): LinkSpec['target'];
  settings(): LinkSettings;
  counters(): LinkCounters;
  /** At once, also for bytes that are under way. */
  set(settings: LinkSettings): void;
  /** For new connections; open ones keep the node they have. */
  setTarget(target: LinkSpec['target']): void;
  /** Resets every connection and frees the port. */
  close(): Promise<void>;
}

export interface LinkProxyOptions {
  spec: LinkSpec;
  host: string;
  seed: number;
  clock: Clock;
  waker: Waker;
}

interface Pair {
  readonly client: TcpSocket;
  readonly node: TcpSocket;
  readonly pipes: Record<WayName, Pipe>;
}

/** @throws VStackError port_in_use, unavailable when the port cannot be bound */
export const openLinkProxy = async ({ spec, host, seed, clock, waker }: LinkProxyOptions): Promise<LinkProxy> => {
  const link = createLink({ settings: spec.settings, seed, nowMs: clock.nowMs() });
  const pairs = new Map<number, Pair>();
  /** All that are open, also those whose pair the model has done with. */
  const sockets = new Set<TcpSocket>();
  let target = spec.target;
  let idLast = 0;
  /** While there was no node to connect to. */
  let refusedCount = 0;

  const feed = (input: LinkInput, nowMs = clock.nowMs()): void => {
    for (const output of stepLink(link, input, nowMs)) perform(output);
    waker.schedule(nextWakeMs(link));
  };

  const perform = (output: LinkOutput): void => {
    const pair = pairs.get(output.id);
    if (!pair) return;
    switch (output.kind) {
      case 'release':
        pair.pipes[output.way].pass(output.sizeBytes);
        steer(output.id, output.way);
        break;
      case 'end':
        pair.pipes[output.way].end();
        break;
      case 'reset':
        pairs.delete(output.id);
        if (output.way !== null) return pair.pipes[output.way].reset();
        pair.client.resetAndDestroy();
        pair.node.resetAndDestroy();
    }
  };

  /** A sender stands still while the link or the receiver holds as much as they may. */
  const steer = (id: number, way: WayName): void => {
    const pipe = pairs.get(id)?.pipes[way];
    pipe?.setReading(roomBytes(link, id, way) > 0 && !pipe.isFull());
  };

  const watch = (id: number, way: WayName, pipe: Pipe): void => {
    const { source, destination } = pipe;
    source.on('data', (bytes: Buffer) => {
      pipe.take(bytes);
      feed({ kind: 'bytes', id, way, sizeBytes: bytes.length });
      steer(id, way);
    });
    source.once('end', () => feed({ kind: 'end', id, way }));
    source.once('close', (hasFailed: boolean) => {
      if (hasFailed) feed({ kind: 'reset', id, way });
      if (destination.destroyed && pairs.delete(id)) feed({ kind: 'gone', id });
    });
    destination.on('drain', () => steer(id, way));
  };

  // Nobody can refuse a connection but by not listening, and a port that was given up may be somebody else's when it is wanted back. So the
  // connection is accepted and reset at once: a client sees ECONNRESET instead of ECONNREFUSED, and either way that nobody serves it.
  const refuse = (client: TcpSocket): void => void client.resetAndDestroy();

  const own = (socket: TcpSocket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };

  const accept = (client: TcpSocket): void => {
    own(client);
    if (!target) {
      refusedCount += 1;
      return refuse(client);
    }
    const id = (idLast += 1);
    feed({ kind: 'open', id });
    if (!link.connections.has(id)) return refuse(client);
    // The node is connected to at once, whatever the latency: the model makes the first bytes wait for the handshake.
    const node = connectTcp(target.host, target.port);
    own(node);
    const pipes = { toNode: createPipe(client, node), toClient: createPipe(node, client) };
    pairs.set(id, { client, node, pipes });
    for (const way of WAYS) watch(id, way, pipes[way]);
  };

  const listener = await listenTcp({ host, port: spec.port, onSocket: accept });
  const sleeper = { wakeMs: () => nextWakeMs(link), wake: (nowMs: number) => feed({ kind: 'tick' }, nowMs) };
  waker.add(sleeper);

  return {
    nodeId: spec.nodeId,
    port: listener.port,
    target: () => target,
    settings: () => link.settings,
    counters() {
      const counters = countersOf(link);
      return { ...counters, connectionCountTotal: counters.connectionCountTotal + refusedCount, resetCountTotal: counters.resetCountTotal + refusedCount };
    },
    set(settings) {
      feed({ kind: 'settings', settings });
      // A rate that rose lets more in.
      for (const id of pairs.keys()) for (const way of WAYS) steer(id, way);
    },
    setTarget: (next) => void (target = next),
    async close() {
      waker.remove(sleeper);
      pairs.clear();
      for (const socket of sockets) socket.resetAndDestroy();
      await listener.close();
    },
  };
};
