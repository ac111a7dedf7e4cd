/** Why a chunk came from where it came, in a line for people. */
import type { ChunkState } from './state.ts';

const WHY_CHARS_MAX = 300;

const share = (sizeBytes: number, totalBytes: number): string => `${Math.round((100 * sizeBytes) / totalBytes)} %`;

export const explain = ({ facts, attempts, reason, remarks }: ChunkState, sources: readonly { nodeId: string; sizeBytes: number }[]): string => {
  const parts = [reason];
  if (sources.length > 1) parts.push(`from ${sources.map((source) => `${source.nodeId} ${share(source.sizeBytes, facts.sizeBytes)}`).join(', ')}`);
  const failed = new Set(attempts.map((attempt) => attempt.nodeId));
  if (failed.size > 0) parts.push(`failed over from ${[...failed].join(', ')}`);
  parts.push(...remarks);
  const text = parts.filter((part) => part !== '').join('; ');
  return text.length <= WHY_CHARS_MAX ? text : `${text.slice(0, WHY_CHARS_MAX - 1)}…`;
};
