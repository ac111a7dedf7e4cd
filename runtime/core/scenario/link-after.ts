/** What an action of a scenario makes of one link. */
import { changeLink, normalLink, type LinkSettings } from '../../contract/link.ts';
import type { PlannedAction } from './plan.ts';

/** Undefined for an action that concerns the process and not its link. `profile` throws when there is none of this id. */
export const linkAfter = (settings: LinkSettings, action: PlannedAction, profile: (profileId: string) => LinkSettings): LinkSettings | undefined => {
  if (action.kind === 'normal') return normalLink;
  if (action.kind === 'profile') return profile(action.profileId);
  return action.kind === 'link' ? changeLink(settings, action.change) : undefined;
};
