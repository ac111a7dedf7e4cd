/**
 * Asks a node through its link, again and again over one connection and without waiting for answers, so that there is always a request that has
 * just left: when each left and when it was answered tells what the link added at any moment.
 *
 *   prober ── HEAD /ping, HEAD /ping, … ──▶ link ──▶ node      pipelined: answers come in the order of the requests
 */
import { once } from 'node:events';
import { connect } from 'node:net';

export interface Probe {
  /** Milliseconds of `performance.now()`. */
  sentMs: number;
  answeredMs: number;
}

export interface LinkProber {
  /** What has been answered, oldest first; it grows. */
  readonly probes: readonly Probe[];
  /** Resolves when whatever was sent before a time is answered. */
  answered(beforeMs: number): Promise<void>;
  stop(): void;
}

const END_OF_HEAD = '\r\n\r\n';

/** @param url of the link, as http://127.0.0.1:1234 */
export const startLinkProber = async (url: string, { secret, everyMs }: { secret: string; everyMs: number }): Promise<LinkProber> => {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  const request = `HEAD /ping HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${secret}${END_OF_HEAD}`;
  const sentMs: number[] = [];
  const probes: Probe[] = [];
  const waiting = new Set<{ beforeMs: number; resolve: () => void }>();
  let failure: Error | undefined;
  let rest = '';

  const settle = (): void => {
    for (const wait of waiting) {
      if (!failure && (sentMs[probes.length] ?? Infinity) < wait.beforeMs) continue;
      waiting.delete(wait);
      wait.resolve();
    }
  };
  socket.on('data', (bytes: Buffer) => {
    const answeredMs = performance.now();
    const heads = (rest + bytes.toString('latin1')).split(END_OF_HEAD);
    rest = heads.pop()!;
    for (const head of heads) {
      // A refusal is no answer of the node's.
      if (!head.startsWith('HTTP/1.1 2')) failure ??= new Error(`The node answered a ping with "${head.split('\r\n')[0]}".`);
      probes.push({ sentMs: sentMs[probes.length]!, answeredMs });
    }
    settle();
  });
  socket.on('error', (error) => (failure ??= error));
  socket.on('close', () => {
    failure ??= new Error('The connection through the link was closed.');
    settle();
  });

  const timer = setInterval(() => {
    sentMs.push(performance.now());
    socket.write(request);
  }, everyMs);

  return {
    probes,
    async answered(beforeMs) {
      await new Promise<void>((resolve) => {
        waiting.add({ beforeMs, resolve });
        settle();
      });
      if (failure) throw failure;
    },
    stop() {
      clearInterval(timer);
      socket.destroy();
    },
  };
};
