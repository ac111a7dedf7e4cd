/** All links of the emulator, by node. */
import type { LinkSpec } from '../../contract/child-config.ts';
import { VStackError } from '../../contract/errors.ts';
import type { LinkCounters, LinkSettings } from '../../contract/link.ts';
import { seedFor } from '../../core/random.ts';
import type { Clock } from '../../platform/clock.ts';
import { type LinkProxy, openLinkProxy } from './link-proxy.ts';
import { createWaker } from './waker.ts';

export interface Links {
  /** @throws VStackError conflict when the node has a link already, port_in_use */
  open(spec: LinkSpec): Promise<LinkProxy>;
  /** Resets its connections and frees its port; a node without a link is fine. */
  close(nodeId: string): Promise<void>;
  /** @throws VStackError not_found */
  get(nodeId: string): LinkProxy;
  list(): LinkProxy[];
  /** All or none. @throws VStackError not_found */
  set(links: readonly { nodeId: string; settings: LinkSettings }[]): void;
  totals(): LinkCounters;
  stop(): Promise<void>;
}

export interface LinksOptions {
  host: string;
  seed: number;
  clock: Clock;
}

const addCounters = (sum: LinkCounters, more: LinkCounters): LinkCounters =>
  Object.fromEntries(Object.entries(sum).map(([name, value]) => [name, value + more[name as keyof LinkCounters]])) as LinkCounters;

const noCounters: LinkCounters = {
  bytesToNode: 0, bytesToClient: 0, connectionCount: 0, connectionCountTotal: 0, resetCountTotal: 0, heldBytes: 0, delayMsTotal: 0, delayedCountTotal: 0, heldMsTotal: 0,
  lossCountTotal: 0,
};

export const createLinks = ({ host, seed, clock }: LinksOptions): Links => {
  const waker = createWaker(clock);
  const proxies = new Map<string, LinkProxy>();
  /** Being opened: two calls at once must not both listen for one node. */
  const opening = new Set<string>();

  const get = (nodeId: string): LinkProxy => {
    const proxy = proxies.get(nodeId);
    if (!proxy) throw new VStackError('not_found', `There is no link of ${nodeId}; there are: ${[...proxies.keys()].join(', ') || 'none'}.`);
    return proxy;
  };

  return {
    async open(spec) {
      const { nodeId } = spec;
      if (proxies.has(nodeId) || opening.has(nodeId)) throw new VStackError('conflict', `${nodeId} has a link already; close it first.`);
      opening.add(nodeId);
      try {
        const proxy = await openLinkProxy({ spec, host, seed: seedFor(seed, nodeId), clock, waker });
        proxies.set(nodeId, proxy);
        return proxy;
      } finally {
        opening.delete(nodeId);
      }
    },
    async close(nodeId) {
      const proxy = proxies.get(nodeId);
      proxies.delete(nodeId);
      await proxy?.close();
    },
    get,
    list: () => [...proxies.values()],
    set(links) {
      const wanted = links.map(({ nodeId, settings }) => ({ proxy: get(nodeId), settings }));
      for (const { proxy, settings } of wanted) proxy.set(settings);
    },
    totals: () => [...proxies.values()].reduce((sum, proxy) => addCounters(sum, proxy.counters()), noCounters),
    async stop() {
      waker.stop();
      await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
      proxies.clear();
    },
  };
};
