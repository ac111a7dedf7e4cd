/** TCP ports of this machine: which are free, which answer, and who holds one. */
import { createServer, type AddressInfo } from 'node:net';
import tcpPortUsed from 'tcp-port-used';
import { VStackError } from '../../contract/errors.ts';
import { portOwner, type PortOwner } from './port-owner.ts';

const LOOPBACK = '127.0.0.1';

/** tcp-port-used waits for the system's own connect timeout, minutes long where packets are dropped. */
const CONNECT_MS_MAX = 2000;

/** A child says it is ready when it listens already, so the first look nearly always finds it. */
const RETRY_MS = 20;

/** Whether something accepts connections there. @throws VStackError timeout when neither yes nor no comes in time */
export const isPortAnswering = (port: number, host = LOOPBACK): Promise<boolean> =>
  withDeadline(tcpPortUsed.check(port, host), CONNECT_MS_MAX, `Port ${port} on ${host} neither accepted nor refused a connection.`);

/** Resolves once something accepts connections there. @throws VStackError timeout */
export const waitUntilPortAnswers = (port: number, host = LOOPBACK, timeoutMs = CONNECT_MS_MAX): Promise<void> =>
  withDeadline(
    // The library rejects with a bare 'timeout' at its own limit; ours comes first and says what was expected.
    tcpPortUsed.waitUntilUsedOnHost(port, host, RETRY_MS, timeoutMs + CONNECT_MS_MAX),
    timeoutMs,
    `Expected something to listen on ${host}:${port} within ${timeoutMs} ms, but no connection was accepted.`,
  );

/** Whether this process could listen there now. A port may be taken the moment after; whoever binds must expect that. */
export const isPortFree = (port: number, host = LOOPBACK): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** A port that was free a moment ago, chosen by the system. Prefer binding to 0: it has no gap in between. */
export const freePort = (host = LOOPBACK): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/**
 * Checks that all are free.
 * @throws VStackError port_in_use naming each taken port, what for it is wanted, and who holds it. Details: `ports` has all of them, `port` and
 * `owner` {pid, name} the first, null where the system does not tell.
 */
export const requireFreePorts = async (wanted: readonly { port: number; purpose: string }[], host = LOOPBACK): Promise<void> => {
  const checked = await Promise.all(wanted.map(async (entry) => ({ ...entry, isFree: await isPortFree(entry.port, host) })));
  const taken = await Promise.all(
    checked.filter(({ isFree }) => !isFree).map(async ({ port, purpose }) => ({ port, purpose, owner: await portOwner(port) })),
  );
  if (taken.length === 0) return;
  // One process often holds them all (another cluster's host); its command line is long and said once.
  const named = new Set<number>();
  const nameOf = ({ pid, command }: PortOwner): string => {
    const isNew = !named.has(pid);
    named.add(pid);
    return isNew ? `process ${pid} (${command})` : `process ${pid}`;
  };
  const sentences = taken.map(({ port, purpose, owner }) =>
    owner
      ? `Port ${port}, wanted for ${purpose}, is held by ${nameOf(owner)}.`
      : `Port ${port}, wanted for ${purpose}, is held by another process that could not be identified.`,
  );
  const { port, owner } = taken[0]!;
  const details = { ports: taken, port, owner: owner ? { pid: owner.pid, name: owner.command } : null };
  throw new VStackError('port_in_use', `${sentences.join(' ')} End it, or choose another port base.`, { details });
};

const withDeadline = <T>(work: Promise<T>, timeoutMs: number, message: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new VStackError('timeout', message)), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
