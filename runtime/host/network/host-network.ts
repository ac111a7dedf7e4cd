/** The network part of a host, put together. */
import type { Clock } from '../../platform/clock.ts';
import { createPinger } from '../../platform/http/pinger.ts';
import { systemRandom } from '../../platform/random.ts';
import type { Supervisor, SupervisorEvent } from '../../supervisor/api.ts';
import { networkHandlers } from '../domains/network.ts';
import type { EventHub } from '../event-hub.ts';
import type { HappeningStore } from '../happenings/happening-store.ts';
import { startLinkSamples } from './link-samples.ts';
import { createNetwork, type Network } from './network.ts';
import { openNetworkLibrary } from './network-library.ts';

export interface HostNetworkParts {
  /** Keeps a person's own profiles and scenarios. */
  file: string;
  supervisor: Supervisor;
  events: EventHub;
  happenings: Pick<HappeningStore, 'add'>;
  clock: Clock;
}

export interface HostNetwork {
  network: Network;
  handlers: ReturnType<typeof networkHandlers>;
  /** Everything that the supervisor tells. */
  take(event: SupervisorEvent): void;
  close(): void;
}

/** @throws VStackError bad_request for a file that cannot be read */
export const openHostNetwork = async ({ file, supervisor, events, happenings, clock }: HostNetworkParts): Promise<HostNetwork> => {
  const library = await openNetworkLibrary(file);
  const network = createNetwork({ supervisor, library, events, happenings, clock, random: systemRandom });
  const pinger = createPinger({ secret: supervisor.keys.clusterSecret });
  const stopSamples = startLinkSamples({ links: supervisor.links, pinger, events, clock });
  return {
    network,
    handlers: networkHandlers(network, library, events),
    take: network.take,
    close() {
      stopSamples();
      pinger.close();
      network.close();
    },
  };
};
