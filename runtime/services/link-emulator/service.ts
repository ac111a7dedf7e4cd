/** Puts the link emulator together: a proxy for every link, the calls of the supervisor, and the routes. */
import { type LinkEmulatorConfig, linkCalls, type LinkPorts, LINKS_CHANGED } from '../../contract/child-config.ts';
import type { Clock } from '../../platform/clock.ts';
import { parseInput } from '../../platform/http/body.ts';
import { createMetrics } from '../../platform/http/metrics.ts';
import { createHttpService } from '../../platform/http/server.ts';
import type { Logger } from '../../platform/log.ts';
import { systemRandom } from '../../platform/random.ts';
import type { LinkProxy } from './link-proxy.ts';
import { createLinks } from './links.ts';
import { watchLinks } from './metrics.ts';
import { linkRoutes } from './routes.ts';

export interface LinkEmulator {
  port: number;
  url: string;
  ports(): LinkPorts;
  beat(): Record<string, unknown>;
  /** By the names of `linkCalls`; each parses its input. */
  calls: Record<keyof typeof linkCalls, (input: unknown) => unknown>;
  stop(graceMs: number): Promise<void>;
}

export interface LinkEmulatorOptions {
  config: LinkEmulatorConfig;
  clock: Clock;
  log: Logger;
  /** Tells the supervisor. */
  emit(name: string, data: unknown): void;
}

const SEED_LIMIT = 2 ** 31;

const portsOf = (links: readonly LinkProxy[]): LinkPorts => ({ links: links.map(({ nodeId, port }) => ({ nodeId, port })) });

/** @throws VStackError port_in_use when a link's port, or its own, is taken */
export const createLinkEmulator = async ({ config, clock, log, emit }: LinkEmulatorOptions): Promise<LinkEmulator> => {
  const seed = config.seed ?? Math.floor(systemRandom() * SEED_LIMIT);
  log.info({ seed, links: config.links.length }, 'the seed draws losses, jitter and resets');
  const links = createLinks({ host: config.host, seed, clock });
  const metrics = createMetrics();
  watchLinks(metrics, links);
  let isStopping = false;
  const settingsNow = () => ({ links: links.list().map((link) => ({ nodeId: link.nodeId, settings: link.settings() })) });

  const open = async () => {
    // All are waited for: one that is opened after another failed would be forgotten, and its port with it.
    const opened = await Promise.allSettled(config.links.map(links.open));
    for (const result of opened) if (result.status === 'rejected') throw result.reason;
    return createHttpService({
      routes: linkRoutes({ links, isStopping: () => isStopping, onChange: () => emit(LINKS_CHANGED, settingsNow()) }),
      log,
      metrics,
      port: config.port,
      host: config.host,
      authentication: config.authentication,
      secret: config.clusterSecret,
      hosts: config.allowedHosts,
      wallMs: clock.wallMs,
    });
  };
  const service = await open().catch(async (error: unknown) => {
    await links.stop();
    throw error;
  });

  return {
    port: service.port,
    url: service.url,
    ports: () => portsOf(links.list()),
    beat: () => ({ requests: service.requests.read(), links: links.totals() }),
    calls: {
      'link-open': async (input) => portsOf([await links.open(parseInput(linkCalls['link-open'].input, input))]),
      'link-close': async (input) => {
        await links.close(parseInput(linkCalls['link-close'].input, input).nodeId);
        return {};
      },
      'link-target': (input) => {
        const { nodeId, target } = parseInput(linkCalls['link-target'].input, input);
        links.get(nodeId).setTarget(target);
        return {};
      },
      'links-set': (input) => {
        links.set(parseInput(linkCalls['links-set'].input, input).links);
        return {};
      },
      'links-counters': () => ({ links: links.list().map((link) => ({ nodeId: link.nodeId, counters: link.counters() })) }),
    },
    async stop(graceMs) {
      isStopping = true;
      await Promise.all([links.stop(), service.close(graceMs)]);
    },
  };
};
