/** What a scenario will do to which nodes, with every choice made: the same nodes and the same seed give the same plan, on every machine. */
import type { Scenario, ScenarioAction, ScenarioStep, ScenarioTarget } from '../../contract/network.ts';
import { createRandom, drawShare, type RandomState } from '../random.ts';

export type PlannedAction = Exclude<ScenarioAction, { kind: 'random-profile' }>;

export interface PlannedStep {
  atSec: number;
  target: ScenarioTarget;
  action: PlannedAction;
  /** Empty when the target is not in the cluster; then `problem` says so. */
  nodeIds: string[];
  problem: string | null;
}

const draw = <T>(from: readonly T[], random: RandomState): T | undefined => from[Math.floor(drawShare(random) * from.length)];

const nodesOf = (target: ScenarioTarget, nodeIds: readonly string[], random: RandomState): { nodeIds: string[]; problem: string | null } => {
  const found = (chosen: readonly (string | undefined)[], wanted: string): { nodeIds: string[]; problem: string | null } => {
    const known = chosen.filter((nodeId) => nodeId !== undefined);
    return { nodeIds: known, problem: known.length > 0 ? null : `The cluster has no ${wanted}.` };
  };
  if ('nodeId' in target) return found(nodeIds.filter((nodeId) => nodeId === target.nodeId), `node "${target.nodeId}"`);
  if ('place' in target) return found([nodeIds[target.place]], `node at place ${target.place + 1}`);
  return target.nodes === 'all' ? found(nodeIds, 'node') : found([draw(nodeIds, random)], 'node');
};

const actionOf = (action: ScenarioAction, random: RandomState): PlannedAction =>
  action.kind === 'random-profile' ? { kind: 'profile', profileId: draw(action.profileIds, random)! } : action;

/**
 * The steps in the order of their time; those of the same moment keep the order in which they were written. A random target is drawn anew for
 * every step, and before its profile.
 * @param nodeIds of the cluster, in the order of the nodes
 */
export const planScenario = (scenario: Pick<Scenario, 'steps'>, seed: number, nodeIds: readonly string[]): PlannedStep[] => {
  const random = createRandom(seed);
  return [...scenario.steps]
    .sort((a, b) => a.atSec - b.atSec)
    .map(({ atSec, target, action }: ScenarioStep) => {
      const nodes = nodesOf(target, nodeIds, random);
      return { atSec, target, action: actionOf(action, random), ...nodes };
    });
};
