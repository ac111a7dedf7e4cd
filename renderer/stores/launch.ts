/**
 * What the next launch is asked for: begins as the settings say, is checked while it is edited, and can become the settings. It is remembered
 * while the launch runs and other views are shown, so that a second try asks for the same.
 */
import { defineStore } from 'pinia';
import { computed, reactive, watch } from 'vue';
import type { LaunchOptions } from '../../runtime/contract/control/cluster.ts';
import type { Settings, SettingsChange } from '../../runtime/contract/settings.ts';
import { GIB } from '../../runtime/contract/units.ts';
import { plural } from '../format/quantity.ts';
import { useSettingsStore } from './settings.ts';

/** As in settings.ts of the contract, like NODES_MAX; a unit test holds them equal. */
export const REPLICAS_MAX = 5;
export const PORT_BASE_MAX = 65_000;
/** Below are ports that only the system may use. */
const PORT_BASE_MIN = 1_024;
/** Where V-Stack has always been. */
const PORT_BASE_USUAL = 8_080;

export interface LaunchFields {
  nodeCount: number;
  replicaCount: number;
  ports: 'system' | 'fixed';
  portBase: string;
  /** Gibibytes a node may fill; empty: what is free. */
  capacityGib: string;
  authentication: boolean;
}

const fieldsOf = (settings: Settings): LaunchFields => ({
  nodeCount: settings.nodeCount,
  replicaCount: settings.replicaCount,
  ports: settings.portBase === 0 ? 'system' : 'fixed',
  portBase: String(settings.portBase || PORT_BASE_USUAL),
  capacityGib: settings.nodeCapacityBytes === null ? '' : String(Math.round((settings.nodeCapacityBytes / GIB) * 1000) / 1000),
  authentication: settings.authentication === 'on',
});

/** Shown until the host has told its settings. */
const untilKnown: LaunchFields = { nodeCount: 5, replicaCount: 3, ports: 'system', portBase: String(PORT_BASE_USUAL), capacityGib: '', authentication: true };

export const useLaunchStore = defineStore('launch', () => {
  const store = useSettingsStore();
  const fields = reactive<LaunchFields>({ ...untilKnown });
  // What was edited stays; the rest follows the settings, whoever changes them.
  watch(() => store.settings, (next, previous) => {
    if (!next) return;
    const [saved, before] = [fieldsOf(next), previous ? fieldsOf(previous) : untilKnown];
    for (const key of Object.keys(saved) as (keyof LaunchFields)[]) {
      if (fields[key] === before[key]) Object.assign(fields, { [key]: saved[key] });
    }
  }, { immediate: true });

  const portBase = (): number => (fields.ports === 'system' ? 0 : Number(fields.portBase));
  const capacityBytes = (): number | null => (fields.capacityGib.trim() === '' ? null : Math.round(Number(fields.capacityGib.replace(',', '.')) * GIB));
  const errors = computed(() => {
    const base = portBase();
    const capacity = capacityBytes();
    const isPort = fields.ports === 'system' || (Number.isInteger(base) && base >= PORT_BASE_MIN && base <= PORT_BASE_MAX);
    return {
      portBase: isPort ? '' : `Expected a number from ${PORT_BASE_MIN} to ${PORT_BASE_MAX}, got “${fields.portBase}”.`,
      capacityGib: capacity === null || (capacity > 0 && Number.isFinite(capacity)) ? '' : `Expected more than 0 GiB, or nothing for all that is free; got “${fields.capacityGib}”.`,
    };
  });
  const isValid = computed(() => Object.values(errors.value).every((error) => error === ''));
  const chosen = (): Required<Pick<Settings, 'nodeCount' | 'replicaCount' | 'portBase' | 'nodeCapacityBytes' | 'authentication'>> => ({
    nodeCount: fields.nodeCount,
    replicaCount: fields.replicaCount,
    portBase: portBase(),
    nodeCapacityBytes: capacityBytes(),
    authentication: fields.authentication ? 'on' : 'off',
  });
  const differing = (): SettingsChange => {
    const { settings } = store;
    const entries = Object.entries(chosen()) as [keyof ReturnType<typeof chosen>, never][];
    return Object.fromEntries(entries.filter(([key, value]) => settings?.[key] !== value));
  };

  return {
    fields,
    /** What is wrong with a field, in words; empty while all is well. */
    errors,
    isValid,
    /** The choice in a few words, for the closed form. */
    summary: computed(() => {
      const copies = plural(Math.min(fields.replicaCount, fields.nodeCount), 'copy of a chunk', 'copies of a chunk');
      const ports = fields.ports === 'system' ? 'free ports' : `ports from ${fields.portBase}`;
      return [copies, ports, ...(fields.authentication ? [] : ['no authentication'])].join(' · ');
    }),
    /** Whether it differs from the settings. */
    isChanged: computed(() => store.settings !== null && Object.keys(differing()).length > 0),
    options: (): LaunchOptions => {
      const { nodeCapacityBytes: _settingOnly, nodeCount: _always, ...rest } = differing();
      return { nodeCount: fields.nodeCount, ...rest };
    },
    /** What must be saved before the launch, because only the settings can say it; null when nothing must. */
    settingsFirst: (): SettingsChange | null => {
      const { nodeCapacityBytes } = differing();
      return nodeCapacityBytes === undefined ? null : { nodeCapacityBytes };
    },
    saveAsDefaults: (): Promise<void> => store.change(differing()),
  };
});

/** The ports that follow from a base, as people look for them. */
export const portsInWords = (portBase: number, nodeCount: number): string => {
  const direct = Math.min(nodeCount, 3);
  const nodes = direct === 1 ? `node-1 ${portBase + 1}` : `nodes ${portBase + 1} to ${portBase + direct}`;
  return `Metadata ${portBase}, ${nodes}${nodeCount > direct ? ` and from ${portBase + 10}` : ''}, uploader ${portBase + 4}.`;
};
