/** Where the nodes are: their addresses by id, asked of the metadata service and kept until one is missing or seems to have moved. */
import { SECOND_MS } from '../../contract/units.ts';
import type { Clock } from '../../platform/clock.ts';
import type { MetadataClient } from './metadata-client.ts';

/** A node that restarts keeps its port; one whose address did change is found again within this time. */
const FRESH_MS = 5 * SECOND_MS;

/** For a name that stays unknown, the service is not asked more often than this. */
const RETRY_MS = SECOND_MS;

export interface NodeDirectory {
  /** The address that clients are given, or undefined. Never waits: it asks in the background what it does not know. */
  urlOf(nodeId: string): string | undefined;
  refresh(signal: AbortSignal): Promise<void>;
}

export const createNodeDirectory = (metadata: Pick<MetadataClient, 'nodeUrls'>, clock: Clock, signal: AbortSignal): NodeDirectory => {
  let urls = new Map<string, string>();
  let askedMs = -Infinity;
  let asking: Promise<void> | undefined;

  const refresh = (within: AbortSignal): Promise<void> => {
    asking ??= metadata
      .nodeUrls(within)
      .then((found) => {
        urls = found;
      })
      .finally(() => {
        askedMs = clock.nowMs();
        asking = undefined;
      });
    return asking;
  };

  return {
    refresh,
    urlOf(nodeId) {
      const url = urls.get(nodeId);
      if (clock.nowMs() - askedMs > (url === undefined ? RETRY_MS : FRESH_MS)) refresh(signal).catch(() => {}); // The next call asks again.
      return url;
    },
  };
};
