/**
 * What the next comparison is asked for: begins with good defaults, is checked while it is edited, and is remembered while other views are shown.
 * Text fields hold what was typed, so that a wrong entry can be told and mended.
 */
import { defineStore } from 'pinia';
import { computed, reactive, shallowRef } from 'vue';
import { CLIENT_KINDS, type ClientKind } from '../../runtime/contract/client-kind.ts';
import type { TimeMode } from '../../runtime/contract/comparison.ts';
import { playingMsOf } from '../comparison/duration.ts';
import { useClusterStore } from './cluster.ts';
import { type ComparisonRequest, useComparisonStore } from './comparison.ts';

/** As in comparison.ts of the contract, which the page does not import because it would carry the schemas along; a unit test holds them equal. */
export const BLOCKS_MAX = 500;
export const BLOCKS_DEFAULT = 5;
export const SESSION_SEC_DEFAULT = 15;
export const SESSION_SEC_MIN = 2;
export const SESSION_SEC_MAX = 600;
export const SEED_MAX = 2 ** 31 - 1;
const CLIENTS_MIN = 2;

export interface ComparisonFields {
  /** Empty: the first main condition that the host knows. */
  conditionId: string;
  clients: ClientKind[];
  blocks: string;
  sessionSec: string;
  /** Empty: drawn. */
  seed: string;
  /** Empty: the sample video. */
  videoId: string;
}

const wholeNumber = (text: string): number => (/^\d+$/.test(text.trim()) ? Number(text.trim()) : NaN);
const isWithin = (value: number, min: number, max: number): boolean => value >= min && value <= max;

export const useComparisonForm = defineStore('comparison-form', () => {
  const comparison = useComparisonStore();
  const cluster = useClusterStore();
  const fields = reactive<ComparisonFields>({ conditionId: '', clients: [...CLIENT_KINDS], blocks: String(BLOCKS_DEFAULT), sessionSec: String(SESSION_SEC_DEFAULT), seed: '', videoId: '' });
  /** Null: nobody chose. Then it is real where a cluster runs. */
  const chosenMode = shallowRef<TimeMode | null>(null);
  const timeMode = computed<TimeMode>({
    get: () => chosenMode.value ?? (cluster.isRunning ? 'real' : 'virtual'),
    set: (mode) => {
      chosenMode.value = mode;
    },
  });
  const condition = computed(() => comparison.conditions.find(({ id }) => id === fields.conditionId) ?? comparison.conditions.find(({ isMain }) => isMain) ?? comparison.conditions[0] ?? null);

  const errors = computed(() => {
    const [blocks, sessionSec, seed] = [wholeNumber(fields.blocks), wholeNumber(fields.sessionSec), wholeNumber(fields.seed)];
    return {
      clients: fields.clients.length >= CLIENTS_MIN ? '' : `Expected two clients at least, got ${fields.clients.length === 0 ? 'none' : 'one'}.`,
      blocks: isWithin(blocks, 1, BLOCKS_MAX) ? '' : `Expected a whole number from 1 to ${BLOCKS_MAX}, got “${fields.blocks}”.`,
      sessionSec: isWithin(sessionSec, SESSION_SEC_MIN, SESSION_SEC_MAX) ? '' : `Expected ${SESSION_SEC_MIN} to ${SESSION_SEC_MAX} whole seconds, got “${fields.sessionSec}”.`,
      seed: fields.seed.trim() === '' || isWithin(seed, 0, SEED_MAX) ? '' : `Expected a whole number from 0 to ${SEED_MAX}, or nothing; got “${fields.seed}”.`,
      timeMode: timeMode.value === 'virtual' || cluster.isRunning ? '' : 'Real time needs a running cluster: launch one, or compare in virtual time.',
    };
  });
  const isValid = computed(() => condition.value !== null && Object.values(errors.value).every((error) => error === ''));

  return {
    fields,
    timeMode,
    /** The one that is chosen, or the default; null until the host has told its conditions. */
    condition,
    /** What is wrong with a field, in words; empty while all is well. */
    errors,
    isValid,
    /** Playing alone, in ms; null while a field it follows from is wrong. */
    playingMs: computed(() => {
      const { blocks, sessionSec, clients } = errors.value;
      return blocks || sessionSec || clients ? null : playingMsOf({ blockCount: wholeNumber(fields.blocks), clientCount: fields.clients.length, sessionSec: wholeNumber(fields.sessionSec) });
    }),
    toggle: (client: ClientKind, isWanted: boolean): void => {
      // The order of the contract, whatever was clicked first.
      fields.clients = CLIENT_KINDS.filter((kind) => (kind === client ? isWanted : fields.clients.includes(kind)));
    },
    /** Only when `isValid`. */
    wish: (): ComparisonRequest => ({
      conditionId: condition.value!.id,
      clients: [...fields.clients],
      blocks: wholeNumber(fields.blocks),
      sessionSec: wholeNumber(fields.sessionSec),
      timeMode: timeMode.value,
      ...(fields.seed.trim() !== '' && { seed: wholeNumber(fields.seed) }),
      ...(timeMode.value === 'real' && fields.videoId !== '' && { videoId: fields.videoId }),
    }),
  };
});
