/** What a scenario will do to which nodes, with every choice made: the same nodes and the same numbers give the same plan. */
import type { Scenario, ScenarioAction, ScenarioStep, ScenarioTarget } from '../../contract/network.ts';

export type PlannedAction = Exclude<ScenarioAction, { kind: 'random-profile' }>;

export interface PlannedStep {
  atSec: number;
  target: ScenarioTarget;
  action: PlannedAction;
  /** Empty when the target is not in the cluster; then `problem` says so. */
  nodeIds: string[];
  problem: string | null;
}

/** Returns numbers in [0, 1). */
type Random = () => number;

const draw = <T>(from: readonly T[], random: Random): T | undefined => from[Math.floor(random() * from.length)];

const nodesOf = (target: ScenarioTarget, nodeIds: readonly string[], random: Random): { nodeIds: string[]; problem: string | null } => {
  const found = (chosen: readonly (string | undefined)[], wanted: string): { nodeIds: string[]; problem: string | null } => {
    const known = chosen.filter((nodeId) => nodeId !== undefined);
    return { nodeIds: known, problem: known.length > 0 ? null : `The cluster has no ${wanted}.` };
  };
  if ('nodeId' in target) return found(nodeIds.filter((nodeId) => nodeId === target.nodeId), `node "${target.nodeId}"`);
  if ('place' in target) return found([nodeIds[target.place]], `node at place ${target.place + 1}`);
  return target.nodes === 'all' ? found(nodeIds, 'node') : found([draw(nodeIds, random)], 'node');
};

const actionOf = (action: ScenarioAction, random: Random): PlannedAction =>
  action.kind === 'random-profile' ? { kind: 'profile', profileId: draw(action.profileIds, random)! } : action;

/**
 * The steps in the order of their time; those of the same moment keep the order in which they were written. A random target is drawn anew for
 * every step, and before its profile.
 * @param nodeIds of the cluster, in the order of the nodes
 */
export const planScenario = (scenario: Pick<Scenario, 'steps'>, nodeIds: readonly string[], random: Random): PlannedStep[] =>
  [...scenario.steps]
    .sort((a, b) => a.atSec - b.atSec)
    .map(({ atSec, target, action }: ScenarioStep) => {
      const nodes = nodesOf(target, nodeIds, random);
      return { atSec, target, action: actionOf(action, random), ...nodes };
    });
