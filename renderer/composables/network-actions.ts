/** What a person does to the network. Failures, with what was kept, and ways back are told in toasts. */
import type { ShallowRef } from 'vue';
import type { LinkNodes } from '../../runtime/contract/control/network.ts';
import { normalLink } from '../../runtime/contract/link-settings.ts';
import { linkText } from '../../runtime/contract/link-words.ts';
import type { LinkChange } from '../../runtime/contract/link.ts';
import type { NetworkProfile } from '../../runtime/contract/network.ts';
import { plural } from '../format/quantity.ts';
import { useNetworkStore } from '../stores/network.ts';
import { useToastStore } from '../stores/toasts.ts';
import { useTask } from './task.ts';
import { nodesWords } from '../network/words.ts';

/** Nought: nothing is added to any link. */
export const BACK_TO_NORMAL_KEY = '0';

export interface NetworkActions {
  /** `what` is being set, as "Latency". Resolves with whether the host took it. */
  set(nodeIds: LinkNodes, change: LinkChange, what: string): Promise<boolean>;
  applyProfile(nodeIds: LinkNodes, profile: Pick<NetworkProfile, 'id' | 'name'>): Promise<boolean>;
  /** One link, or some, without anything added. */
  clear(nodeIds: LinkNodes): Promise<boolean>;
  backToNormal(): Promise<boolean>;
  isResetting: Readonly<ShallowRef<boolean>>;
}

/** Merged changes share their failure; it is told once. */
const told = new WeakSet<object>();

export const useNetworkActions = (): NetworkActions => {
  const network = useNetworkStore();
  const toasts = useToastStore();

  const kept = (nodeIds: LinkNodes): string => {
    // The host's word: what else is on its way may fail as well.
    const [first, ...others] = (network.status?.links ?? []).filter(({ nodeId }) => nodeIds === 'all' || nodeIds.includes(nodeId));
    if (!first) return 'Nothing was changed.';
    return others.length === 0 ? `It stays as it was: ${linkText(first.settings)}.` : 'They stay as they were.';
  };
  const fail = (title: string, error: unknown, after: string): void => {
    if (typeof error === 'object' && error !== null) {
      if (told.has(error)) return;
      told.add(error);
    }
    // The same error with more words, so that what a person cancelled stays silent.
    if (error instanceof Error) error.message = `${error.message} ${after}`;
    toasts.fail(title, error);
  };

  const set = async (nodeIds: LinkNodes, change: LinkChange, what: string): Promise<boolean> => {
    try {
      await network.set(nodeIds, change);
      return true;
    } catch (error) {
      fail(`${what} of ${nodesWords(nodeIds)} could not be set`, error, kept(nodeIds));
      return false;
    }
  };
  const applyProfile = async (nodeIds: LinkNodes, { id, name }: Pick<NetworkProfile, 'id' | 'name'>): Promise<boolean> => {
    try {
      await network.applyProfile(nodeIds, id);
      return true;
    } catch (error) {
      fail(`${name} could not be applied to ${nodesWords(nodeIds)}`, error, kept(nodeIds));
      return false;
    }
  };

  const { run: backToNormal, isRunning: isResetting } = useTask(async () => {
    const before = network.links.filter(({ isNormal }) => !isNormal);
    const scenario = network.running?.scenario.name;
    await network.backToNormal();
    const ended = scenario === undefined ? null : `"${scenario}" was ended.`;
    if (before.length === 0) return void toasts.succeed('Everything is back to normal', ended);
    const undo = (): Promise<unknown> => Promise.all(before.map(({ nodeId, settings }) => network.set([nodeId], settings)));
    void toasts.undoable(`Back to normal: ${plural(before.length, 'link')}`, undo, { detail: ended ?? 'Everything passes at once again.', label: before.length === 1 ? 'Set it again' : 'Set them again' });
  }, 'Not everything went back to normal');

  return {
    set,
    applyProfile,
    // All settings of a link are a change that names everything.
    clear: (nodeIds) => set(nodeIds, normalLink, 'The settings'),
    backToNormal,
    isResetting,
  };
};
