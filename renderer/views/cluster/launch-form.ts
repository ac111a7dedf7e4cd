/** What a launch is asked for, as a form: begins with the settings, is checked while it is edited, and can become the settings. */
import { computed, type ComputedRef, reactive, watchEffect } from 'vue';
import type { LaunchOptions } from '../../../runtime/contract/control/cluster.ts';
import type { Settings, SettingsChange } from '../../../runtime/contract/settings.ts';
import { GIB } from '../../../runtime/contract/units.ts';
import { plural } from '../../format/quantity.ts';
import { useClusterStore } from '../../stores/cluster.ts';
import { useSettingsStore } from '../../stores/settings.ts';

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

export interface LaunchForm {
  fields: LaunchFields;
  /** What is wrong with a field, in words; empty while all is well. */
  errors: ComputedRef<Record<'portBase' | 'capacityGib', string>>;
  isValid: ComputedRef<boolean>;
  /** The choice in a few words, for the closed form. */
  summary: ComputedRef<string>;
  /** Whether it differs from the settings. */
  isChanged: ComputedRef<boolean>;
  options(): LaunchOptions;
  /** What must be saved before the launch, because only the settings can say it; null when nothing must. */
  settingsFirst(): SettingsChange | null;
  saveAsDefaults(): Promise<void>;
}

const fieldsOf = (settings: Settings): LaunchFields => ({
  nodeCount: settings.nodeCount,
  replicaCount: settings.replicaCount,
  ports: settings.portBase === 0 ? 'system' : 'fixed',
  portBase: String(settings.portBase || PORT_BASE_USUAL),
  capacityGib: settings.nodeCapacityBytes === null ? '' : String(Math.round((settings.nodeCapacityBytes / GIB) * 1000) / 1000),
  authentication: settings.authentication === 'on',
});

export const useLaunchForm = (): LaunchForm => {
  const store = useSettingsStore();
  const cluster = useClusterStore();
  const fields = reactive<LaunchFields>({ nodeCount: 5, replicaCount: 3, ports: 'system', portBase: String(PORT_BASE_USUAL), capacityGib: '', authentication: true });
  watchEffect(() => {
    if (store.settings) Object.assign(fields, fieldsOf(store.settings));
  });

  const portBase = (): number => (fields.ports === 'system' ? 0 : Number(fields.portBase));
  const capacityBytes = (): number | null => (fields.capacityGib.trim() === '' ? null : Math.round(Number(fields.capacityGib.replace(',', '.')) * GIB));
  const errors = computed(() => {
    const base = portBase();
    const capacity = capacityBytes();
    const isPort = fields.ports === 'system' || (Number.isInteger(base) && base >= PORT_BASE_MIN && base <= PORT_BASE_MAX);
    return {
      portBase: isPort ? '' : `Expected a number from ${PORT_BASE_MIN} to ${PORT_BASE_MAX}, got “${fields.portBase}”.`,
      capacityGib: capacity === null || capacity > 0 ? '' : `Expected more than 0 GiB, or nothing for all that is free; got “${fields.capacityGib}”.`,
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
    errors,
    isValid,
    summary: computed(() => {
      const copies = plural(Math.min(fields.replicaCount, fields.nodeCount), 'copy of a chunk', 'copies of a chunk');
      const ports = fields.ports === 'system' ? 'free ports' : `ports from ${fields.portBase}`;
      return [copies, ports, ...(fields.authentication ? [] : ['no authentication'])].join(' · ');
    }),
    isChanged: computed(() => store.settings !== null && Object.keys(differing()).length > 0),
    options: () => {
      const { nodeCapacityBytes: _settingOnly, nodeCount: _always, ...rest } = differing();
      return { nodeCount: fields.nodeCount, ...rest };
    },
    settingsFirst: () => {
      const { nodeCapacityBytes } = differing();
      return nodeCapacityBytes === undefined ? null : { nodeCapacityBytes };
    },
    saveAsDefaults: async () => {
      await store.change(differing());
      await cluster.hydrate();
    },
  };
};

/** The ports that follow from a base, as people look for them. */
export const portsInWords = (portBase: number, nodeCount: number): string => {
  const direct = Math.min(nodeCount, 3);
  const nodes = direct === 1 ? `node-1 ${portBase + 1}` : `nodes ${portBase + 1} to ${portBase + direct}`;
  return `Metadata ${portBase}, ${nodes}${nodeCount > direct ? ` and from ${portBase + 10}` : ''}, uploader ${portBase + 4}.`;
};
