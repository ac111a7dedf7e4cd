/** One tab of a row of tabs. */
import type { RouteLocationRaw } from 'vue-router';
import type { IconName } from './icons.ts';

export interface Tab {
  /** Also the name of the slot with its content. */
  key: string;
  label: string;
  icon?: IconName;
  /** A small figure after the label, as the count of what is inside. */
  count?: number;
  disabled?: boolean;
  /** Tabs with addresses are links: they can be opened beside, sent, and gone back to. */
  to?: RouteLocationRaw;
}
