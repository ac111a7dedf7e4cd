/** Measures round trips by small requests over connections that stand already: what it takes to connect is not measured. */
import { Agent, request as httpRequest } from 'node:http';

export interface Pinger {
  /** Milliseconds from the request to its answer's head; null when none came in time. One at a time for each address. */
  ping(url: string, timeoutMs: number): Promise<number | null>;
  close(): void;
}

export const createPinger = ({ secret }: { secret: string }): Pinger => {
  // A second connection would be another one than was measured before.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  const once = (url: string, timeoutMs: number): Promise<{ tookMs: number; isReused: boolean } | null> =>
    new Promise((resolve) => {
      const request = httpRequest(url, { method: 'HEAD', agent, headers: { Authorization: `Bearer ${secret}` } });
      const timer = setTimeout(() => request.destroy(), timeoutMs);
      let sentMs = performance.now();
      const leaves = (): void => void (sentMs = performance.now());
      // A new socket sends when it is connected; one that stands sends as soon as it is free.
      request.once('socket', (socket) => (socket.connecting ? socket.once('connect', leaves) : leaves()));
      request.once('response', (response) => {
        const tookMs = performance.now() - sentMs;
        clearTimeout(timer);
        response.resume();
        response.once('end', () => resolve(response.statusCode! < 400 ? { tookMs, isReused: request.reusedSocket } : null));
        response.once('close', () => resolve(null));
      });
      request.once('error', () => {
        clearTimeout(timer);
        resolve(null); // Whoever does not answer is shown by that.
      });
      request.end();
    });

  return {
    async ping(url, timeoutMs) {
      const first = await once(url, timeoutMs);
      // The first answer over a new connection may have waited for more than its own way: the emulator connects to the node only then.
      const measured = first && !first.isReused ? await once(url, timeoutMs) : first;
      return measured && measured.tookMs;
    },
    close: () => agent.destroy(),
  };
};
