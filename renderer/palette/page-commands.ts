/** Commands in plain words, made from what the page knows at the moment: views, the cluster, its nodes, the videos, the theme. */
import { computed, type ComputedRef } from 'vue';
import { useRouter } from 'vue-router';
import { type Command, useOfferedCommands } from '../composables/commands.ts';
import { useConfirmation } from '../composables/confirmation.ts';
import { useFirstRun } from '../composables/first-run.ts';
import { useShortcutOverview } from '../composables/shortcuts-overview.ts';
import { clock } from '../format/quantity.ts';
import { innerPages, programPages, views } from '../navigation.ts';
import { NODES_MAX, type NodeAction, useClusterStore } from '../stores/cluster.ts';
import { useComparisonStore } from '../stores/comparison.ts';
import { useDemoStore } from '../stores/demo.ts';
import { useConnectionStore } from '../stores/connection.ts';
import { type Theme, themes, useSettingsStore } from '../stores/settings.ts';
import { useVideoStore } from '../stores/videos.ts';
import type { ChildStatus } from '../../runtime/contract/control/cluster.ts';
import type { CallName } from '../../runtime/contract/control/index.ts';
import { questionBefore } from './consequences.ts';
import { useNetworkCommands } from './network-commands.ts';
import { VIDEOS } from './search.ts';

const verbs: Readonly<Record<NodeAction, string>> = { stop: 'Stop', start: 'Start', restart: 'Restart', kill: 'Kill', pause: 'Pause', resume: 'Resume' };
const signals: Readonly<Partial<Record<NodeAction, string>>> = { kill: 'SIGKILL', pause: 'SIGSTOP', resume: 'SIGCONT' };
const themeWords: Readonly<Record<Theme, string>> = { system: 'as the system has it', light: 'light', dark: 'dark' };

/** What can be done to a process in its state. */
const actionsOn = ({ phase }: ChildStatus): NodeAction[] => {
  if (phase === 'paused') return ['resume', 'kill'];
  if (phase === 'stopped' || phase === 'crashed') return ['start'];
  return phase === 'ready' || phase === 'degraded' ? ['restart', 'kill', 'pause', 'stop'] : ['kill'];
};

export const usePageCommands = (): ComputedRef<Command[]> => {
  const router = useRouter();
  const cluster = useClusterStore();
  const connection = useConnectionStore();
  const settings = useSettingsStore();
  const videos = useVideoStore();
  const comparison = useComparisonStore();
  const demo = useDemoStore();
  const firstRun = useFirstRun();
  const confirmation = useConfirmation();
  const overview = useShortcutOverview();
  const offered = useOfferedCommands();
  const ofNetwork = useNetworkCommands();

  const whenAgreed = async (name: CallName, input: Record<string, unknown>, act: () => Promise<unknown>): Promise<void> => {
    const question = questionBefore(name, input);
    if (!question || (await confirmation.ask(question))) await act();
  };

  const goTo = (): Command[] =>
    [...views, ...innerPages, ...programPages].map((entry, index) => ({
      id: `go:${entry.path}`, group: 'Go to', title: entry.label, detail: entry.purpose, icon: entry.icon, keywords: 'open view page',
      keys: index < views.length ? String(index + 1) : `g ${entry.goKey}`,
      run: () => router.push(entry.path),
    }));

  const ofCluster = (): Command[] => {
    const command = (id: string, title: string, icon: Command['icon'], run: Command['run'], detail?: string): Command => ({ id: `cluster:${id}`, group: 'Cluster', title, icon, run, ...(detail && { detail }) });
    const show = async (work: Promise<unknown>): Promise<void> => {
      await router.push('/cluster');
      await work;
    };
    if (cluster.isLaunching) return [command('cancel', 'Cancel the launch', 'close', () => cluster.cancelLaunch())];
    if (!cluster.isRunning) {
      return [
        command('launch', 'Launch the cluster', 'play', () => show(cluster.launch({})), 'as the settings say'),
        ...(connection.info?.sampleAvailable
          ? [command('sample', 'Launch the cluster and play the sample', 'film', () => show(firstRun.launchAndPlay({ nodeCount: settings.settings?.nodeCount ?? 5 })))]
          : []),
      ];
    }
    return [
      ...(cluster.nodes.length < NODES_MAX ? [command('add', 'Add a node', 'add', () => show(cluster.addNode()))] : []),
      ...(connection.info?.sampleAvailable ? [command('sample', 'Add the sample video and play it', 'film', () => firstRun.uploadSampleAndPlay())] : []),
      command('stop', 'Stop the cluster', 'stop', () => whenAgreed('cluster:stop', {}, () => cluster.stop()), 'every process'),
    ];
  };

  const ofNode = (node: ChildStatus): Command[] => [
    { id: `node:${node.name}`, group: 'Nodes', title: node.name, detail: node.phase, nodeId: node.name, keywords: 'open node', run: () => router.push(`/cluster/nodes/${node.name}`) },
    {
      id: `logs:${node.name}`, group: 'Nodes', title: `Logs of ${node.name}`, icon: 'lines', isQuiet: true,
      run: () => router.push({ path: '/cluster/logs', query: { source: node.name } }),
    },
    ...actionsOn(node).map((action): Command => ({
      id: `node:${node.name}:${action}`, group: 'Nodes', title: `${verbs[action]} ${node.name}`, icon: action === 'start' || action === 'resume' ? 'play' : action, isQuiet: true,
      ...(signals[action] && { detail: signals[action] }),
      run: () => whenAgreed(`nodes:${action}`, { nodeId: node.name }, () => cluster.act(node.name, action)),
    })),
  ];

  const ofComparison = (): Command[] => {
    const command = (id: string, title: string, icon: Command['icon'], run: Command['run'], detail?: string): Command => ({ id: `comparison:${id}`, group: 'Smart vs naive', title, icon, run, keywords: 'compare demo smart naive oracle', ...(detail && { detail }) });
    const show = (query: Record<string, string> = {}): unknown => router.push({ path: '/dashboard/comparison', query });
    const runDemo = async (): Promise<void> => {
      await demo.start();
      await show();
    };
    return [
      ...(comparison.isRunning
        ? [command('stop', 'Stop the comparison', 'stop', () => comparison.stop(), 'complete blocks are saved')]
        : demo.isRunning ? [] : [command('new', 'Compare clients…', 'compare', () => show({ new: '' }), 'smart, naive and others, in blocks')]),
      ...(demo.isRunning
        ? [command('demo-stop', 'Stop the demo', 'stop', () => demo.stop())]
        : cluster.isRunning && !comparison.isRunning ? [command('demo', 'Run the demo', 'film', runDemo, 'five scenarios, naive and smart')] : []),
    ];
  };

  const ofVideos = (): Command[] =>
    videos.videos.map((video) => ({
      id: `play:${video.video_id}`, group: VIDEOS, title: `Play ${video.title}`, detail: clock(video.duration_sec * 1000), icon: 'play', keywords: video.video_id,
      run: () => router.push(`/watch/${video.video_id}`),
    }));

  const ofProgram = (): Command[] => [
    ...themes.filter((theme) => theme !== settings.theme).map((theme): Command => ({
      id: `theme:${theme}`, group: 'Program', title: `Theme ${themeWords[theme]}`, icon: theme, keywords: 'colours appearance mode', run: () => settings.chooseTheme(theme),
    })),
    { id: 'shortcuts', group: 'Program', title: 'Show all shortcuts', icon: 'keyboard', keys: '?', run: () => (overview.isOpen.value = true) },
  ];

  return computed(() => [
    ...offered.value,
    ...ofCluster(),
    ...ofComparison(),
    ...(cluster.isRunning ? [...ofNetwork(), ...cluster.nodes.flatMap(ofNode), ...ofVideos()] : []),
    ...goTo(),
    ...ofProgram(),
  ]);
};
