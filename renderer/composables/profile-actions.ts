/** What a person does to saved profiles. Failures and ways back are told in toasts. */
import { linkText } from '../../runtime/contract/link-words.ts';
import type { LinkSettings } from '../../runtime/contract/link.ts';
import type { NetworkProfile } from '../../runtime/contract/network.ts';
import { useNetworkStore } from '../stores/network.ts';
import { useToastStore } from '../stores/toasts.ts';
import { useTask } from './task.ts';

export interface ProfileActions {
  /** Saves settings as a profile of one's own; one that has the name already is replaced. */
  save(name: string, settings: LinkSettings): Promise<boolean>;
  rename(profile: NetworkProfile, name: string): Promise<boolean>;
  /** Deletes at once, and offers to take it back. */
  remove(profile: NetworkProfile): Promise<boolean>;
}

export const useProfileActions = (): ProfileActions => {
  const network = useNetworkStore();
  const toasts = useToastStore();

  const { run: save } = useTask(
    async (name: string, settings: LinkSettings) => {
      const same = network.profiles.find((profile) => !profile.isBuiltIn && profile.name === name);
      await network.saveProfile({ ...(same && { id: same.id }), name, description: linkText(settings), settings });
      toasts.succeed(`Profile "${name}" was ${same ? 'replaced' : 'saved'}`, linkText(settings));
    },
    (name) => `Profile "${name}" could not be saved`,
  );
  const { run: rename } = useTask(
    ({ id, description, settings }: NetworkProfile, name: string) => network.saveProfile({ id, name, description, settings }),
    (profile) => `Profile "${profile.name}" could not be renamed`,
  );
  const { run: remove } = useTask(
    async ({ id, name, description, settings }: NetworkProfile) => {
      await network.deleteProfile(id);
      // Saved anew: an id belongs to the host, which gives the same one to the same name.
      void toasts.undoable(`Profile "${name}" was deleted`, () => network.saveProfile({ name, description, settings }), { detail: 'Links that are set to it stay as they are.' });
    },
    (profile) => `Profile "${profile.name}" could not be deleted`,
  );
  return { save, rename, remove };
};
