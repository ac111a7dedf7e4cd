/** Against whom a comparison is told: naive at first, and whoever is chosen, as long as that one was compared. */
import { computed, shallowRef, type WritableComputedRef } from 'vue';
import type { ClientKind } from '../../runtime/contract/client-kind.ts';
import type { PairFigure } from '../../runtime/contract/comparison.ts';
import { opponentsOf } from '../comparison/verdicts.ts';

const FIRST: ClientKind = 'naive';

export const useOpponent = (pairs: () => readonly Pick<PairFigure, 'against'>[]): WritableComputedRef<ClientKind | null> => {
  const chosen = shallowRef<ClientKind | null>(null);
  return computed({
    get: () => {
      const opponents = opponentsOf(pairs());
      if (chosen.value !== null && opponents.includes(chosen.value)) return chosen.value;
      return opponents.includes(FIRST) ? FIRST : (opponents[0] ?? null);
    },
    set: (client) => {
      chosen.value = client;
    },
  });
};
