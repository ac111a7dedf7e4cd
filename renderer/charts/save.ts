/** Files made by the page: their names, and their way into the browser's downloads. */
import { timeText } from './ticks.ts';

/** `2025-03-14`, local. */
export const dayText = (atMs: number): string => {
  const at = new Date(atMs);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
};

/** `Node scores` → `vstack-node-scores-20250314-150926.png`. */
export const fileNameOf = (label: string, extension: string, nowMs = Date.now()): string => {
  const slug = label.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
  const stamp = `${dayText(nowMs)}-${timeText(nowMs)}`.replaceAll(/(\d{4})-(\d\d)-(\d\d)-/g, '$1$2$3-').replaceAll(':', '');
  return `vstack-${slug}-${stamp}.${extension}`;
};

/** Long enough for the browser to have taken the file. */
const KEPT_MS = 30_000;

/** Hands a file to the browser's downloads. */
export const saveBlob = (blob: Blob, name: string): void => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
};
