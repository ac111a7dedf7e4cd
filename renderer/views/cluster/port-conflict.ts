/** What a port conflict says for machines, read with care: it comes from another process, and older hosts say less. */
import type { Problem } from '../../../runtime/contract/control/cluster.ts';

export interface TakenPort {
  port: number;
  /** The process it was wanted for. */
  purpose: string;
  /** Who holds it, in words. */
  owner: string;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const ownerWords = (owner: unknown): string =>
  isObject(owner) && typeof owner.pid === 'number' ? `${typeof owner.command === 'string' ? `${owner.command}, ` : ''}process ${owner.pid}` : 'a process that could not be identified';

export const takenPortsOf = ({ details }: Problem): TakenPort[] => {
  const ports: unknown[] = Array.isArray(details?.ports) ? details.ports : [];
  return ports.flatMap((entry) =>
    isObject(entry) && typeof entry.port === 'number' ? [{ port: entry.port, purpose: typeof entry.purpose === 'string' ? entry.purpose : 'the cluster', owner: ownerWords(entry.owner) }] : [],
  );
};

/** A base from which every port was free a moment ago; null when the host named none. */
export const suggestedPortBaseOf = ({ details }: Problem): number | null => (typeof details?.suggestedPortBase === 'number' ? details.suggestedPortBase : null);
