/** Which client the player of this page uses, kept for the next video. */
import { useLocalStorage } from '@vueuse/core';
import { computed, type WritableComputedRef } from 'vue';
import { PLAYER_CLIENT_KINDS, type PlayerClientKind } from '../../runtime/contract/client-kind.ts';
import type { Choice } from '../components/choice.ts';

/** Of this browser or window; nothing that a host has to know. */
const STORAGE_KEY = 'vstack.client';

export const CLIENT_CHOICES: readonly Choice<PlayerClientKind>[] = [
  { value: 'smart', label: 'Smart client', hint: 'measures, splits, hedges' },
  { value: 'naive', label: 'Naive client', hint: 'in turn, waits 10 s' },
  { value: 'naive-retry', label: 'Naive, retries', hint: 'in turn, waits 2 s' },
  { value: 'random-two', label: 'Best of two drawn', hint: 'by requests under way' },
];

export const clientNameOf = (kind: string): string => CLIENT_CHOICES.find((choice) => choice.value === kind)?.label ?? kind;

export const useClientKind = (): WritableComputedRef<PlayerClientKind> => {
  const kept = useLocalStorage<string>(STORAGE_KEY, 'smart');
  return computed({
    get: () => PLAYER_CLIENT_KINDS.find((kind) => kind === kept.value) ?? 'smart',
    set: (kind) => (kept.value = kind),
  });
};
