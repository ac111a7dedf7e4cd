/** Commands on the network in plain words: links, profiles, scenarios, and the way back to normal. */
import { useRouter } from 'vue-router';
import type { LinkNodes } from '../../runtime/contract/control/network.ts';
import { linkText } from '../../runtime/contract/link-words.ts';
import type { Command } from '../composables/commands.ts';
import { BACK_TO_NORMAL_KEY, useNetworkActions } from '../composables/network-actions.ts';
import { useScenarioActions } from '../composables/scenario-actions.ts';
import { clock } from '../format/quantity.ts';
import { useNetworkStore } from '../stores/network.ts';
import { nodesWords } from '../network/words.ts';

const NETWORK = 'Network';

/** Asked anew whenever the palette opens; nothing is offered that could not be done. */
export const useNetworkCommands = (): (() => Command[]) => {
  const router = useRouter();
  const network = useNetworkStore();
  const links = useNetworkActions();
  const scenarios = useScenarioActions();

  const ofLinks = (nodeIds: LinkNodes): Command[] => {
    const [key, name] = [String(nodeIds), nodesWords(nodeIds)];
    const quiet = { group: NETWORK, isQuiet: true, ...(nodeIds !== 'all' && { nodeId: nodeIds[0]! }) } as const;
    return [
      ...network.profiles.map((profile): Command => ({ ...quiet, id: `link:${key}:profile:${profile.id}`, title: `Apply ${profile.name} to ${name}`, detail: profile.description, icon: 'network', run: () => links.applyProfile(nodeIds, profile) })),
      { ...quiet, id: `link:${key}:partition`, title: `Partition ${name}`, detail: 'holds everything, connections stay', icon: 'hold-client', run: () => links.set(nodeIds, { partition: 'both' }, 'The partition') },
      { ...quiet, id: `link:${key}:fail`, title: `Fail ${nodeIds === 'all' ? name : `the link to ${name}`}`, detail: 'refuses and resets', icon: 'unlink', run: () => links.set(nodeIds, { isFailed: true }, 'The failure') },
      { ...quiet, id: `link:${key}:clear`, title: `Clear ${nodeIds === 'all' ? name : `the link to ${name}`}`, detail: 'nothing added', icon: 'undo', run: () => links.clear(nodeIds) },
    ];
  };

  return () => [
    ...(network.isDisturbed ? [{ id: 'network:normal', group: NETWORK, title: 'Network back to normal', detail: 'every link clear, no scenario', icon: 'undo', keywords: 'reset clear links', keys: BACK_TO_NORMAL_KEY, run: () => links.backToNormal() } satisfies Command] : []),
    ...(network.running ? [{ id: 'scenario:stop', group: NETWORK, title: `Stop the scenario ${network.running.scenario.name}`, icon: 'stop', run: () => scenarios.stop() } satisfies Command] : []),
    ...(network.isReady && !network.running
      ? network.scenarios.map((scenario): Command => ({ id: `scenario:${scenario.id}`, group: NETWORK, title: `Play the scenario ${scenario.name}`, detail: clock(scenario.durationSec * 1000), icon: 'play', isQuiet: true, keywords: scenario.description, run: () => scenarios.play(scenario) }))
      : []),
    ...(network.isReady ? [...ofLinks('all'), ...network.links.flatMap(({ nodeId }) => ofLinks([nodeId]))] : []),
    ...network.links.map(({ nodeId, settings }): Command => ({ id: `link:${nodeId}`, group: NETWORK, title: `Link to ${nodeId}`, detail: linkText(settings), nodeId, isQuiet: true, keywords: 'network latency rate loss', run: () => router.push({ path: '/network', query: { node: nodeId } }) })),
  ];
};
