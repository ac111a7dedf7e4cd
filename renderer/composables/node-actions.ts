/** What can be done to one node, and with what words; buttons and menus show it, this does it. */
import { computed, type ComputedRef, shallowRef, type ShallowRef } from 'vue';
import { useRouter } from 'vue-router';
import type { ChildStatus } from '../../runtime/contract/control/cluster.ts';
import type { IconName } from '../components/icons.ts';
import type { MenuItem } from '../components/menu.ts';
import { type NodeAction, useClusterStore } from '../stores/cluster.ts';
import { useProgramStore } from '../stores/program.ts';
import { useToastStore } from '../stores/toasts.ts';
import { useTask } from './task.ts';

export interface NodeActionEntry {
  action: NodeAction;
  icon: IconName;
  label: string;
  isPossible: boolean;
}

export interface NodeActions {
  isBusy: ComputedRef<boolean>;
  /** Four places that never move: pause or resume, kill, restart, stop or start. */
  entries: ComputedRef<NodeActionEntry[]>;
  /** Everything, also what is rarely wanted. */
  menu: ComputedRef<MenuItem[]>;
  act(action: NodeAction): Promise<boolean>;
  openFolder(): Promise<boolean>;
  /** Whether the question about the removal is open. */
  isRemoving: ShallowRef<boolean>;
  remove(deleteData: boolean): Promise<boolean>;
}

export const useNodeActions = (node: () => ChildStatus): NodeActions => {
  const cluster = useClusterStore();
  const program = useProgramStore();
  const toasts = useToastStore();
  const router = useRouter();
  const isRemoving = shallowRef(false);
  const isBusy = computed(() => cluster.busyNames.has(node().name));

  const entries = computed<NodeActionEntry[]>(() => {
    const { phase } = node();
    const runs = phase === 'ready' || phase === 'degraded';
    const isDown = phase === 'stopped' || phase === 'crashed';
    return [
      phase === 'paused'
        ? { action: 'resume', icon: 'play', label: 'Resume (SIGCONT)', isPossible: true }
        : { action: 'pause', icon: 'pause', label: 'Pause (SIGSTOP)', isPossible: runs },
      { action: 'kill', icon: 'kill', label: 'Kill (SIGKILL)', isPossible: runs || phase === 'paused' || phase === 'starting' },
      { action: 'restart', icon: 'restart', label: 'Restart', isPossible: runs },
      isDown
        ? { action: 'start', icon: 'play', label: 'Start', isPossible: !cluster.isLaunching }
        : { action: 'stop', icon: 'stop', label: 'Stop', isPossible: runs || phase === 'paused' },
    ];
  });

  const { run: act } = useTask(
    (action: NodeAction) => cluster.act(node().name, action),
    (action) => `${node().name}: ${action} did not work`,
  );
  const { run: openFolder } = useTask(async () => {
    const { path, opened } = await program.openFolder('node', node().name);
    if (opened) return;
    toasts.succeed(`The folder of ${node().name}`, path, {
      durationMs: null,
      action: { label: 'Copy path', run: () => void navigator.clipboard.writeText(path).catch((error: unknown) => toasts.fail('The path could not be copied', error)) },
    });
  }, () => `The folder of ${node().name} could not be opened`);
  const { run: remove } = useTask(async (deleteData: boolean) => {
    const { name } = node();
    await cluster.removeNode(name, deleteData);
    toasts.succeed(`${name} was removed`, deleteData ? 'Its data is deleted.' : null);
  }, () => `${node().name} could not be removed`);

  const menu = computed<MenuItem[]>(() => {
    const { name } = node();
    return [
      { label: 'Details', icon: 'info', run: () => void router.push(`/cluster/nodes/${name}`) },
      { label: 'Logs', icon: 'lines', run: () => void router.push({ path: '/cluster/logs', query: { source: name } }) },
      { label: 'Open folder', icon: 'folder', run: () => void openFolder() },
      { separator: true },
      ...entries.value.map(({ action, icon, label, isPossible }) => ({ label, icon, disabled: isBusy.value || !isPossible, run: () => void act(action) })),
      { separator: true },
      { label: 'Remove…', icon: 'remove', danger: true, disabled: isBusy.value, run: () => (isRemoving.value = true) },
    ];
  });
  return { isBusy, entries, menu, act, openFolder, isRemoving, remove };
};
