/**
 * The links between clients and nodes, the scenario that runs, and what is saved of both. What a person has just set is shown at once; the host's
 * word, when it comes, is final.
 */
import { defineStore } from 'pinia';
import { computed, shallowRef, triggerRef } from 'vue';
import type { CallInput } from '../../runtime/contract/control/index.ts';
import type { LinkNodes, LinkStatus, NetworkStatus } from '../../runtime/contract/control/network.ts';
import { changeLink, isNormalLink, profileWith } from '../../runtime/contract/link-settings.ts';
import type { LinkChange, LinkSettings } from '../../runtime/contract/link.ts';
import type { NetworkProfile, Scenario } from '../../runtime/contract/network.ts';
import { useBridge } from '../bridge/bridge.ts';
import { abnormalities } from '../network/words.ts';
import { createLinkSender, type PendingChange } from './link-sender.ts';

/** While a slider is dragged the host hears of it so often; with a round trip to it, the effect is there within a quarter of a second. */
export const SET_STEP_MS = 100;

const concerns = ({ nodeIds }: PendingChange, nodeId: string): boolean => nodeIds === 'all' || nodeIds.includes(nodeId);

export const useNetworkStore = defineStore('network', () => {
  /** As the host last told it. */
  const status = shallowRef<NetworkStatus | null>(null);
  const profiles = shallowRef<readonly NetworkProfile[]>([]);
  const scenarios = shallowRef<readonly Scenario[]>([]);
  const isLibraryKnown = shallowRef(false);
  /** Why the links, or what is saved, could not be read; null while all is well. */
  const problem = shallowRef<unknown>(null);
  const pending = shallowRef<readonly PendingChange[]>([]);

  const apply = (next: NetworkStatus): void => {
    status.value = next;
  };
  const sender = createLinkSender({
    stepMs: SET_STEP_MS,
    onPending: () => {
      pending.value = sender.pending();
      triggerRef(pending);
    },
    send: async ({ nodeIds, change }) => apply(await useBridge().call('network:set', { nodeIds, change })),
  });

  const withPending = (link: LinkStatus): LinkStatus => {
    const changes = pending.value.filter((change) => concerns(change, link.nodeId));
    if (changes.length === 0) return link;
    const settings = changes.reduce<LinkSettings>((before, { change }) => changeLink(before, change), link.settings);
    return { ...link, settings, isNormal: isNormalLink(settings), profileId: profileWith(settings, profiles.value)?.id ?? null };
  };
  const links = computed(() => (status.value?.links ?? []).map(withPending));
  const run = computed(() => status.value?.run ?? null);
  const running = computed(() => (run.value?.phase === 'running' ? run.value : null));

  /** What was dragged before is no longer wanted: this decides about whole links. */
  const decide = async (work: Promise<NetworkStatus>): Promise<void> => {
    sender.drop();
    apply(await work);
  };

  const hydrateLibrary = async (): Promise<void> => {
    const [told, listed] = await Promise.all([useBridge().call('network:profiles', {}), useBridge().call('scenarios:list', {})]);
    profiles.value = told.profiles;
    scenarios.value = listed.scenarios;
    isLibraryKnown.value = true;
  };

  return {
    status,
    profiles,
    scenarios,
    isLibraryKnown,
    problem,
    links,
    run,
    /** The run that is under way. */
    running,
    isReady: computed(() => status.value?.isReady ?? false),
    abnormal: computed(() => abnormalities(links.value, profiles.value)),
    /** Whether there is anything to bring back to normal. */
    isDisturbed: computed(() => running.value !== null || links.value.some(({ isNormal }) => !isNormal)),
    linkOf: (nodeId: string): LinkStatus | undefined => links.value.find((link) => link.nodeId === nodeId),
    apply,
    hydrateLibrary,
    /** Asks for everything anew. What cannot be read is told by `problem`, in the view that shows it. */
    hydrate: async (): Promise<void> => {
      const shown = useBridge().call('network:show', {}).then(apply);
      const failed = (await Promise.allSettled([shown, hydrateLibrary()])).find((outcome) => outcome.status === 'rejected');
      problem.value = failed ? failed.reason : null;
    },
    /** Forgets what an earlier host told. */
    reset: (): void => {
      sender.drop();
      status.value = null;
    },
    /** Shown at once and sent soon. Rejects when the host did not take it; the links are then as the host last told. */
    set: (nodeIds: LinkNodes, change: LinkChange): Promise<void> => sender.push(nodeIds, change),
    applyProfile: (nodeIds: LinkNodes, profileId: string): Promise<void> => decide(useBridge().call('network:apply-profile', { nodeIds, profileId })),
    backToNormal: (): Promise<void> => decide(useBridge().call('network:reset', {})),
    runScenario: (scenarioId: string, seed?: number): Promise<void> => decide(useBridge().call('scenarios:run', { scenarioId, ...(seed !== undefined && { seed }) })),
    stopScenario: (): Promise<void> => decide(useBridge().call('scenarios:stop', {})),
    saveProfile: async (wish: CallInput<'network:save-profile'>): Promise<NetworkProfile> => {
      const saved = await useBridge().call('network:save-profile', wish);
      await hydrateLibrary();
      return saved;
    },
    deleteProfile: async (profileId: string): Promise<void> => {
      await useBridge().call('network:delete-profile', { profileId });
      await hydrateLibrary();
    },
    saveScenario: async (wish: CallInput<'scenarios:save'>): Promise<Scenario> => {
      const saved = await useBridge().call('scenarios:save', wish);
      await hydrateLibrary();
      return saved;
    },
    deleteScenario: async (scenarioId: string): Promise<void> => {
      await useBridge().call('scenarios:delete', { scenarioId });
      await hydrateLibrary();
    },
  };
});
