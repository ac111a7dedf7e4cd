import { HOUR_MS, MINUTE_MS } from '../../../../runtime/contract/units.ts';
import type { Choice } from '../../../components/choice.ts';

/** The record goes back a day. Values are milliseconds. */
export const WINDOW_CHOICES: readonly Choice[] = [
  { value: String(5 * MINUTE_MS), label: '5 min' },
  { value: String(15 * MINUTE_MS), label: '15 min' },
  { value: String(HOUR_MS), label: '1 h' },
  { value: String(6 * HOUR_MS), label: '6 h' },
  { value: String(24 * HOUR_MS), label: '24 h' },
];
