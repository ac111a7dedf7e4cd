/** The connections that Node's own `fetch` keeps open for later requests. */

/** Where Node's fetch finds what sends its requests; undici promises the name, so that several copies of it share one. */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');

interface Dispatcher {
  constructor: new () => Dispatcher;
  destroy(): Promise<void>;
}

/** Closes all of them; the next request connects anew. What is under way fails. */
export const closeFetchConnections = async (): Promise<void> => {
  const holder = globalThis as unknown as Record<symbol, Dispatcher | undefined>;
  const before = holder[DISPATCHER];
  // Before the first request there is none.
  if (before === undefined) return;
  holder[DISPATCHER] = new before.constructor();
  await before.destroy();
};
