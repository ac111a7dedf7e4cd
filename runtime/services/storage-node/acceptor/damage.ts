/**
 * What a damaged store may have forgotten. Damage whose key is known concerns that chunk only. Damage whose key cannot be established may
 * have been any vote, so the store abstains in every instance granted until then, unless it holds what was chosen there.
 *
 *   damage found ──▶ threshold unknown: abstain everywhere ──the metadata service names its grantSeq──▶ durable threshold
 *
 * The threshold lies in the log under a key that no chunk can have.
 */
import { z } from 'zod';
import type { Grant } from '../../../contract/paxos.ts';
import type { Damage, Store } from '../engine/types.ts';
import { Lost } from './record.ts';

const THRESHOLD_KEY = '!lost';
const Threshold = z.object({ v: z.literal(1), lost: Lost, covered: z.array(z.string()) });

export interface DamageWatch {
  /** The newest grant the store may have voted under and forgotten, for this instance; −1 when nothing is lost. */
  lostThrough(grant: Grant, chunkLost: Lost | undefined, isChunkDamaged: boolean): number;
  /** The newest grant given out, as the metadata service last said; undefined before it was heard. */
  readonly current: Lost | undefined;
  /** True while damage was found that no threshold covers yet. */
  readonly isPending: boolean;
  /** The metadata service told its incarnation and newest grant. Makes the threshold durable when one is needed. */
  heard(current: Lost): Promise<void>;
}

const nameOf = (damage: Damage): string => `${damage.superblockId}:${damage.positionBytes}`;

export const createDamageWatch = async (store: Store): Promise<DamageWatch> => {
  let current: Lost | undefined;
  let threshold: Lost | undefined;
  let covered = new Set<string>();

  if (store.isQuarantined('acceptor', THRESHOLD_KEY)) covered = new Set();
  else {
    const bytes = await store.readSmall('acceptor', THRESHOLD_KEY);
    const parsed = bytes && Threshold.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    if (parsed?.success) {
      threshold = parsed.data.lost;
      covered = new Set(parsed.data.covered);
    }
  }

  const uncovered = (): string[] =>
    store
      .quarantined()
      .filter((damage) => damage.key === undefined || damage.key === THRESHOLD_KEY)
      .map(nameOf)
      .filter((name) => !covered.has(name));

  /** Grants of an incarnation that is neither the damage's nor today's are from before: nothing tells how long before. */
  const through = (lost: Lost, grant: Grant): number => {
    if (grant.incarnation === lost.incarnation) return lost.grant_seq;
    return grant.incarnation === current?.incarnation ? -1 : Infinity;
  };

  let isPending = uncovered().length > 0;
  let knownDamageCount = store.quarantined().length;
  /** The list of damage is only walked again when its length changed. */
  const lookAgain = (): void => {
    const { damageCount } = store.health();
    if (damageCount === knownDamageCount) return;
    knownDamageCount = damageCount;
    isPending = uncovered().length > 0;
  };

  return {
    lostThrough(grant, chunkLost, isChunkDamaged) {
      lookAgain();
      if (isPending || isChunkDamaged) return Infinity;
      return Math.max(chunkLost ? through(chunkLost, grant) : -1, threshold ? through(threshold, grant) : -1);
    },
    get current() {
      return current;
    },
    get isPending() {
      lookAgain();
      return isPending;
    },
    async heard(heardNow) {
      current = heardNow;
      lookAgain();
      if (!isPending) return;
      const names = [...covered, ...uncovered()];
      const bytes = Buffer.from(JSON.stringify({ v: 1, lost: heardNow, covered: names }));
      await store.commit([{ kind: 'acceptor', key: THRESHOLD_KEY, bytes }]);
      threshold = heardNow;
      covered = new Set(names);
      isPending = uncovered().length > 0;
    },
  };
};
