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

  /** `isStale`: the connection was gone before anything was asked. */
  const once = (url: string, timeoutMs: number): Promise<{ tookMs: number | null; isReused: boolean; isStale?: boolean }> =>
    new Promise((resolve) => {
      const request = httpRequest(url, { method: 'HEAD', agent, headers: { Authorization: `Bearer ${secret}` } });
      let sentMs = performance.now();
      const leaves = (): void => void (sentMs = performance.now());
      // A new socket sends when it is connected; one that stands sends as soon as it is free.
      request.once('socket', (socket) => (socket.connecting ? socket.once('connect', leaves) : leaves()));
      request.once('response', (response) => {
        const tookMs = performance.now() - sentMs;
        clearTimeout(timer);
        response.resume();
        response.once('end', () => resolve({ tookMs: response.statusCode! < 400 ? tookMs : null, isReused: request.reusedSocket }));
        response.once('close', () => resolve({ tookMs: null, isReused: request.reusedSocket }));
      });
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        request.destroy();
      }, timeoutMs);
      request.once('error', () => {
        clearTimeout(timer);
        // Whoever does not answer is shown by that.
        resolve({ tookMs: null, isReused: request.reusedSocket, isStale: request.reusedSocket && !isLate });
      });
      request.end();
    });

  return {
    async ping(url, timeoutMs) {
      let answer = await once(url, timeoutMs);
      // A node that restarted, or one that was not asked for a while, closed the connection.
      if (answer.isStale) answer = await once(url, timeoutMs);
      // The first answer over a new connection may have waited for more than its own way: the link connects to the node only then.
      if (answer.tookMs !== null && !answer.isReused) answer = await once(url, timeoutMs);
      return answer.tookMs;
    },
    close: () => agent.destroy(),
  };
};
