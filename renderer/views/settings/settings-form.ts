/**
 * The settings as a form: every field is text or a choice, is checked by the contract's own schema while it is edited, and is saved by itself
 * once it is right. What another window saves appears here, except in a field that is being edited.
 */
import { computed, reactive, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue';
import { defaultSettings, type Settings, type SettingsChange } from '../../../runtime/contract/settings.ts';
import { GIB } from '../../../runtime/contract/units.ts';
import { contractCalls } from '../../palette/contract-calls.ts';
import { useSettingsStore } from '../../stores/settings.ts';

export type SettingKey = keyof SettingsChange;
export type SaveState = 'saved' | 'saving' | 'failed';
/** Settings typed as numbers. */
export type NumberKey = 'nodeCount' | 'portBase' | 'replicaCount' | 'dashboardPort' | 'nodeCapacityBytes';

const numberKeys: readonly NumberKey[] = ['nodeCount', 'portBase', 'replicaCount', 'dashboardPort', 'nodeCapacityBytes'];
const schema = contractCalls.find((call) => call.name === 'settings:set')!;

/** As it is typed: capacities in GiB, nothing for no limit. */
const typedOf = (key: NumberKey, settings: Settings): string => {
  const value = settings[key];
  if (value === null) return '';
  return String(key === 'nodeCapacityBytes' ? Math.round((value / GIB) * 1000) / 1000 : value);
};

/** Undefined: it is no number. */
const valueOf = (key: NumberKey, typed: string): number | null | undefined => {
  const text = typed.trim().replace(',', '.');
  if (text === '') return key === 'nodeCapacityBytes' ? null : undefined;
  const value = Number(text);
  if (Number.isNaN(value)) return undefined;
  return key === 'nodeCapacityBytes' ? Math.round(value * GIB) : value;
};

export interface SettingsForm {
  /** What stands in the number fields. */
  typed: Readonly<Record<NumberKey, string>>;
  /** What is wrong with a number field, in words; empty when nothing is. */
  errors: ComputedRef<Record<NumberKey, string>>;
  saveState: Readonly<ShallowRef<SaveState>>;
  /** Why it was not saved. */
  failure: Readonly<ShallowRef<string>>;
  write(key: NumberKey, text: string): void;
  /** Saves a number field if it is right and says something new. */
  commit(key: NumberKey): Promise<void>;
  /** Saves at once. Never rejects. */
  save(changes: SettingsChange): Promise<void>;
  /** Saves the defaults of everything but the theme; returns what was there before, for the way back. */
  reset(): Promise<SettingsChange>;
}

export const useSettingsForm = (): SettingsForm => {
  const store = useSettingsStore();
  const typed = reactive(Object.fromEntries(numberKeys.map((key) => [key, ''])) as Record<NumberKey, string>);
  const saveState = shallowRef<SaveState>('saved');
  const failure = shallowRef('');

  watch(() => store.settings, (next, previous) => {
    if (!next) return;
    for (const key of numberKeys) {
      const isEdited = previous && typed[key] !== typedOf(key, previous);
      if (!isEdited) typed[key] = typedOf(key, next);
    }
  }, { immediate: true });

  const errorOf = (key: NumberKey): string => {
    if (!store.settings) return '';
    const value = valueOf(key, typed[key]);
    if (value === undefined) return typed[key].trim() === '' ? 'Expected a number; the field is empty.' : `Expected a number, got “${typed[key]}”.`;
    // The schema speaks of bytes, the field of GiB.
    if (key === 'nodeCapacityBytes') return value === null || (value > 0 && Number.isFinite(value)) ? '' : `Expected more than 0, got ${typed[key]}.`;
    return schema.check({ [key]: value })[0]?.text ?? '';
  };
  const errors = computed(() => Object.fromEntries(numberKeys.map((key) => [key, errorOf(key)])) as Record<NumberKey, string>);

  const save = async (changes: SettingsChange): Promise<void> => {
    saveState.value = 'saving';
    try {
      await store.change(changes);
      saveState.value = 'saved';
    } catch (error) {
      saveState.value = 'failed';
      failure.value = error instanceof Error ? error.message : String(error);
    }
  };

  return {
    typed,
    errors,
    saveState,
    failure,
    save,
    write: (key, text) => {
      typed[key] = text;
    },
    commit: async (key) => {
      const value = valueOf(key, typed[key]);
      if (!store.settings || value === undefined || errors.value[key] !== '' || value === store.settings[key]) return;
      await save({ [key]: value });
    },
    reset: async () => {
      const { version: _version, theme: _theme, ...before } = store.settings!;
      const { version: _defaultVersion, theme: _defaultTheme, ...defaults } = defaultSettings();
      // A field with an error is set back too.
      for (const key of numberKeys) typed[key] = typedOf(key, store.settings!);
      await save(defaults);
      return before;
    },
  };
};

/** The ports that follow from a base, as people look for them. */
export const portWords = (portBase: number, nodeCount: number): string => {
  if (portBase === 0) return '0: the system chooses free ports. The classic base is 8080.';
  const direct = Math.min(nodeCount, 3);
  const nodes = direct === 1 ? `node-1 ${portBase + 1}` : `nodes ${portBase + 1} to ${portBase + direct}`;
  const further = nodeCount > 3 ? ` and from ${portBase + 10}` : '';
  return `Metadata ${portBase}, ${nodes}${further}, uploader ${portBase + 4}.`;
};
