/** One of several that can be chosen, in a list of choices or side by side. */
import type { IconName } from './icons.ts';

export interface Choice<Value extends string = string> {
  value: Value;
  label: string;
  /** A few quiet words more. */
  hint?: string;
  icon?: IconName;
  disabled?: boolean;
}
