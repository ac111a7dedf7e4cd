import { expect, test } from 'vitest';
import { reportFacts } from '../../../../renderer/comparison/facts.ts';
import { makeReport } from '../../../fixtures/comparison.ts';

const textOf = (report: Parameters<typeof reportFacts>[0]): Record<string, unknown> =>
  Object.fromEntries(reportFacts(report).flatMap(({ entries }) => entries.map(({ label, value }) => [label, value])));

test('a report tells condition, plan and machine', () => {
  const facts = textOf(makeReport());
  expect(facts).toMatchObject({
    Condition: 'One slow node', 'Every link': '70 ms, 12 Mbit/s', 'The victim’s link': '300 ms, 1.6 Mbit/s down, 768 kbit/s up', Fault: 'profile 3g, before the play command', Nodes: '5 nodes; each is the victim in turn',
    Clients: 'Smart, Naive', Blocks: '6 complete of 6 planned, and one to warm up', Session: '15 s', Video: 'Harbour, 1:00, 2.86 MiB', Seed: 5, Processor: 'Test CPU', Memory: '4.00 GiB', System: 'linux-x64, 6.1',
    'Replica count': '3',
  });
  expect(facts).not.toHaveProperty('Electron');
  expect(textOf(makeReport({ conditionId: 'healthy' })).Nodes).toBe('5 nodes');
});

test('names that the host gives to what else could differ are told with their units', () => {
  const facts = textOf(makeReport({ overrides: { settings: { coolDownMs: 500, is_quiet: true, shareOfPercent: 5, nothing: null } } }));
  expect(facts).toMatchObject({ 'Cool down': '500 ms', 'Is quiet': 'yes', 'Share of': '5 %', Nothing: 'none' });
});

test.each([
  ['healthy', 'none', 'there is none'],
  ['node-killed', 'it is killed, 0.1 to 0.6 s after the play command', 'as every other'],
  ['node-partitioned', 'its link is changed, 0.1 to 0.6 s after the play command', '70 ms, 12 Mbit/s, nothing passes either way'],
])('the condition %s has the fault: %s', (conditionId, fault, victim) => {
  expect(textOf(makeReport({ conditionId }))).toMatchObject({ Fault: fault, 'The victim’s link': victim });
});
