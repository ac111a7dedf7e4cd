/** The network between clients and nodes. */
import type { Handlers } from '../dispatcher.ts';
import type { EventHub } from '../event-hub.ts';
import type { Network } from '../network/network.ts';
import type { NetworkLibrary } from '../network/network-library.ts';

export const networkHandlers = (network: Network, library: NetworkLibrary, events: EventHub) => {
  /** Tells every door once something was saved. */
  const saved = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    events.emit('network:library', {});
    network.takeLibrary();
    return result;
  };
  return {
    'network:show': () => network.status(),
    'network:set': ({ nodeIds, change }) => network.set(nodeIds, change),
    'network:apply-profile': ({ nodeIds, profileId }) => network.applyProfile(nodeIds, profileId),
    'network:reset': () => network.reset(),
    'network:profiles': () => ({ profiles: library.profiles() }),
    'network:save-profile': (wish) => saved(library.saveProfile(wish)),
    'network:delete-profile': async ({ profileId }) => {
      await saved(library.deleteProfile(profileId));
      return {};
    },
    'scenarios:list': () => ({ scenarios: library.scenarios() }),
    'scenarios:save': (wish) => saved(library.saveScenario(wish)),
    'scenarios:delete': async ({ scenarioId }) => {
      await saved(library.deleteScenario(scenarioId));
      return {};
    },
    'scenarios:run': ({ scenarioId, seed }) => network.run(scenarioId, seed),
    'scenarios:stop': () => network.stopRun(),
  } satisfies Partial<Handlers>;
};
