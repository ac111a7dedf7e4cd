/** The cluster as the host last told it, a short CPU history per process, and the actions on it. */
import { defineStore } from 'pinia';
import { computed, shallowRef, triggerRef } from 'vue';
import type { ChildStatus, ClusterStatus, LaunchOptions } from '../../runtime/contract/control/cluster.ts';
import { useBridge } from '../bridge/bridge.ts';
import { nodeNumberOf } from '../theme/nodes.ts';

/** As in settings.ts of the contract, which the page does not import because it would carry the schemas along; a unit test holds them equal. */
export const NODES_MAX = 16;

export type NodeAction = 'stop' | 'start' | 'restart' | 'kill' | 'pause' | 'resume';

/** Five minutes, at the one status a second that a running cluster sends. */
const HISTORY_POINTS_MAX = 300;
/** Statuses come faster while things change; the history keeps its pace. */
const HISTORY_STEP_MS = 900;

export const useClusterStore = defineStore('cluster', () => {
  const status = shallowRef<ClusterStatus | null>(null);
  /** null: nothing runs that could use any. */
  const cpuHistory = shallowRef(new Map<string, (number | null)[]>());
  /** Processes an action is under way for. */
  const busyNames = shallowRef(new Set<string>());
  const launching = shallowRef<AbortController | null>(null);
  let sampledAtMs = 0;

  const sample = (next: ClusterStatus, nowMs: number): void => {
    if (nowMs - sampledAtMs < HISTORY_STEP_MS) return;
    sampledAtMs = nowMs;
    const history = new Map<string, (number | null)[]>();
    for (const child of next.children) {
      history.set(child.name, [...(cpuHistory.value.get(child.name) ?? []), child.cpuPercent].slice(-HISTORY_POINTS_MAX));
    }
    cpuHistory.value = history;
  };

  const apply = (next: ClusterStatus, nowMs = Date.now()): void => {
    status.value = next;
    sample(next, nowMs);
  };

  const whileBusy = async <T>(name: string, action: () => Promise<T>): Promise<T> => {
    busyNames.value.add(name);
    triggerRef(busyNames);
    try {
      return await action();
    } finally {
      busyNames.value.delete(name);
      triggerRef(busyNames);
    }
  };

  const children = computed<ChildStatus[]>(() => status.value?.children ?? []);
  const nodes = computed(() => children.value.filter((child) => child.role === 'storage-node').sort((a, b) => nodeNumberOf(a.name) - nodeNumberOf(b.name)));

  const act = (nodeId: string, action: NodeAction): Promise<unknown> => whileBusy(nodeId, () => useBridge().call(`nodes:${action}`, { nodeId }));

  const brokenNodes = computed(() => nodes.value.filter(({ phase }) => phase === 'paused' || phase === 'stopped' || phase === 'crashed'));

  return {
    status,
    cpuHistory,
    busyNames,
    children,
    nodes,
    readyNodeCount: computed(() => nodes.value.filter((node) => node.phase === 'ready').length),
    isRunning: computed(() => status.value?.phase === 'ready' || status.value?.phase === 'degraded'),
    isLaunching: computed(() => launching.value !== null || status.value?.phase === 'starting'),
    apply,
    hydrate: async (): Promise<void> => apply(await useBridge().call('cluster:status', {})),
    /** Forgets what another cluster, or an earlier host, has told. */
    reset: (): void => {
      status.value = null;
      cpuHistory.value = new Map();
    },
    launch: async (options: LaunchOptions): Promise<void> => {
      const abort = new AbortController();
      launching.value = abort;
      try {
        apply(await useBridge().call('cluster:launch', options, { signal: abort.signal }));
      } finally {
        launching.value = null;
      }
    },
    /** Ends a launch wherever it was begun: by cancelling our own call, or by stopping somebody else's. */
    cancelLaunch: async (): Promise<void> => {
      if (launching.value) launching.value.abort();
      else apply(await useBridge().call('cluster:stop', {}));
    },
    stop: async (): Promise<void> => apply(await useBridge().call('cluster:stop', {})),
    act,
    /** Nodes that somebody paused, stopped or broke for good; one that restarts by itself is on its way back. */
    brokenNodes,
    /** Resumes and starts every broken node, or these of them. Tries all of them, and throws the first failure. */
    backToNormal: async (nodes: readonly ChildStatus[] = brokenNodes.value): Promise<void> => {
      const results = await Promise.allSettled(nodes.map(({ name, phase }) => act(name, phase === 'paused' ? 'resume' : 'start')));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
    addNode: async (): Promise<string> => (await whileBusy('+', () => useBridge().call('nodes:add', {}))).nodeId,
    removeNode: (nodeId: string, deleteData: boolean): Promise<unknown> =>
      whileBusy(nodeId, () => useBridge().call('nodes:remove', { nodeId, deleteData })),
  };
});
