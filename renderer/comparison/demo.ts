/** The rows of a demo, gathered by scenario, in the order in which they are played. */
import type { ClientKind } from '../../runtime/contract/client-kind.ts';
import type { DemoRow } from '../../runtime/contract/control/comparison.ts';

export interface DemoScenario {
  id: string;
  name: string;
  rows: DemoRow[];
  isRunning: boolean;
}

export const scenariosOf = (rows: readonly DemoRow[]): DemoScenario[] => {
  const byId = new Map<string, DemoScenario>();
  for (const row of rows) {
    const scenario = byId.get(row.scenarioId) ?? { id: row.scenarioId, name: row.scenarioName, rows: [], isRunning: false };
    scenario.rows.push(row);
    scenario.isRunning ||= row.phase === 'running';
    byId.set(row.scenarioId, scenario);
  }
  return [...byId.values()];
};

/** Who plays in it, in the order of the first scenario. */
export const demoClients = (rows: readonly DemoRow[]): ClientKind[] => [...new Set(rows.map(({ client }) => client))];
