/** What a short message at the edge of the window shows; the store of the toasts holds them and keeps their time. */
import type { Tone } from '../theme/status.ts';

export interface ToastMessage {
  tone: Tone;
  title: string;
  detail: string | null;
  /** What can be done about it, as "Undo". */
  action?: { label: string } | null;
  /** It leaves by itself after so long; null: it stays until it is closed. */
  durationMs?: number | null;
  /** How many times the same was told in a row. */
  count?: number;
}
