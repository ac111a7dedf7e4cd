/**
 * The node's side of its talk with the metadata service: it registers, then sends heartbeats, and registers anew when it is not known
 * there (a rebuilt database) or when the store needs to hear the newest grant. It also reports rotten chunks, so that they are repaired
 * from other holders, and asks for the recovery of abandoned instances.
 */
import { VStackError } from '../../contract/errors.ts';
import type { Grant } from '../../contract/paxos.ts';
import {
  DAMAGE_CHUNKS_MAX, DamageResponse, HeartbeatResponse, RegisterNodeResponse, type HeartbeatRequestInput,
} from '../../contract/wire/metadata.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { instanceIdOf } from '../../core/chunkpaxos/messages.ts';
import type { Clock } from '../../platform/clock.ts';
import type { HttpClient } from '../../platform/http/client.ts';
import type { Logger } from '../../platform/log.ts';
import type { Lost } from './acceptor/record.ts';

export interface MetadataLinkOptions {
  client: HttpClient;
  clock: Clock;
  log: Logger;
  metadataUrl: string;
  intervalMs: number;
  registration: { nodeId: string; nodeUrl: string; directUrl: string; version: string; storeUuid: string; mac: string };
  /** What a heartbeat tells. */
  report(): HeartbeatRequestInput;
  /** Whether the newest grant must be heard again, with its incarnation. */
  mustRegister(): boolean;
  heard(current: Lost): Promise<void>;
}

export interface MetadataLink {
  /** Asks the metadata service to decide an instance; asking again while it is being asked does nothing. */
  recover(grant: Grant): void;
  /** These chunks are not intact here any more; told with the next heartbeat, and again until the metadata service has heard it. */
  reportDamage(chunkIds: Iterable<string>): void;
  readonly isRegistered: boolean;
  close(): void;
}

/** A metadata service on the same machine that takes longer is as good as away; the next beat tries again. */
const ANSWER_MS_MAX = 3 * SECOND_MS;
/** A recovery runs a whole round of Paxos over the stores, some of which may be down. */
const RECOVERY_MS_MAX = 30 * SECOND_MS;
const RECOVERIES_AT_ONCE = 4;
const RECOVERIES_WAITING_MAX = 10_000;

export const createMetadataLink = (options: MetadataLinkOptions): MetadataLink => {
  const { client, clock, log, metadataUrl, intervalMs, registration } = options;
  const aborter = new AbortController();
  const { signal } = aborter;
  let isRegistered = false;
  let wasReached = true;
  let cancelNext: (() => void) | undefined;

  const register = async (): Promise<void> => {
    const query = new URLSearchParams({
      node_url: registration.nodeUrl,
      node_id: registration.nodeId,
      version: registration.version,
      store_uuid: registration.storeUuid,
      direct_url: registration.directUrl,
      mac: registration.mac,
    });
    const answer = RegisterNodeResponse.parse(
      await client.json(`${metadataUrl}/nodes/register?${query}`, { method: 'POST', json: {}, timeoutMs: ANSWER_MS_MAX, signal }),
    );
    isRegistered = true;
    await options.heard({ incarnation: answer.incarnation, grant_seq: answer.grant_seq });
  };

  const tell = (what: 'damage' | 'heartbeat', json: unknown): Promise<unknown> =>
    client.json(`${metadataUrl}/nodes/${registration.nodeId}/${what}`, { method: 'POST', json, timeoutMs: ANSWER_MS_MAX, signal });

  const damaged = new Set<string>();
  const tellDamage = async (): Promise<void> => {
    while (damaged.size > 0) {
      const chunkIds = [...damaged].slice(0, DAMAGE_CHUNKS_MAX);
      const json = { store_uuid: registration.storeUuid, chunk_ids: chunkIds };
      DamageResponse.parse(await tell('damage', json));
      for (const chunkId of chunkIds) damaged.delete(chunkId);
    }
  };

  const beat = async (): Promise<void> => {
    if (!isRegistered || options.mustRegister()) await register();
    try {
      HeartbeatResponse.parse(await tell('heartbeat', { ...options.report(), node_url: registration.nodeUrl, direct_url: registration.directUrl }));
    } catch (error) {
      if (!(error instanceof VStackError) || error.code !== 'not_found') throw error;
      isRegistered = false;
      await register();
    }
    await tellDamage();
  };

  const loop = async (): Promise<void> => {
    try {
      await beat();
      if (!wasReached) log.info('the metadata service answers again');
      wasReached = true;
    } catch (error) {
      if (signal.aborted) return;
      // Worth a line only when it begins.
      if (wasReached) log.warn({ err: error }, 'the metadata service does not answer; heartbeats go on');
      wasReached = false;
    }
    if (!signal.aborted) cancelNext = clock.after(wasReached ? intervalMs : Math.min(intervalMs, SECOND_MS), () => void loop());
  };

  const waiting = new Map<string, Grant>();
  const asked = new Set<string>();

  const askNext = (): void => {
    for (const [instance, grant] of waiting) {
      if (asked.size >= RECOVERIES_AT_ONCE || signal.aborted) return;
      waiting.delete(instance);
      asked.add(instance);
      const json = { generation: grant.generation };
      client
        .json(`${metadataUrl}/chunk/${grant.chunk_id}/recover`, { method: 'POST', json, timeoutMs: RECOVERY_MS_MAX, signal })
        .catch((error: unknown) => log.warn({ err: error, instance }, 'the recovery of an instance failed; it is asked for again'))
        .finally(() => {
          asked.delete(instance);
          askNext();
        });
    }
  };

  void loop();

  return {
    recover(grant) {
      const instance = instanceIdOf(grant);
      // The acceptor's timer asks again, so an instance that finds the queue full is only late.
      if (asked.has(instance) || waiting.size >= RECOVERIES_WAITING_MAX) return;
      waiting.set(instance, grant);
      askNext();
    },
    reportDamage(chunkIds) {
      for (const chunkId of chunkIds) damaged.add(chunkId);
    },
    get isRegistered() {
      return isRegistered;
    },
    close() {
      aborter.abort(new VStackError('cancelled', 'The node is stopping.'));
      cancelNext?.();
      waiting.clear();
    },
  };
};
