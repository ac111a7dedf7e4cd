import { expect, test } from 'vitest';
import { demoClients, scenariosOf } from '../../../../renderer/comparison/demo.ts';
import { demoStatus } from '../../../fixtures/scripted-door/comparison-states.ts';

test('rows are gathered by scenario, in the order in which they are played', () => {
  const { rows } = demoStatus(3);
  const scenarios = scenariosOf(rows);
  expect(scenarios.map(({ name }) => name)).toEqual(['Normal operation', 'Network degradation', 'Node failure', 'Recovery', 'Chaos test']);
  expect(scenarios.map(({ isRunning }) => isRunning)).toEqual([false, true, false, false, false]);
  expect(scenarios[1]!.rows.map(({ client, phase }) => `${client} ${phase}`)).toEqual(['naive done', 'smart running']);
  expect(demoClients(rows)).toEqual(['naive', 'smart']);
  expect(scenariosOf([])).toEqual([]);
});
