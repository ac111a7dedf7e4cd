import { describe, expect, test } from 'vitest';
import { ticksOf, timelineOf } from '../../../../renderer/network/timeline.ts';
import { builtInProfiles, builtInScenarios, type Scenario } from '../../../../runtime/contract/network.ts';
import { scenarioRun } from '../../../fixtures/scripted-door/network-states.ts';

const scenario = (id: string): Scenario => builtInScenarios.find((one) => one.id === id)!;
const spansOf = (of: Pick<Scenario, 'steps' | 'durationSec'>) =>
  timelineOf(of, builtInProfiles).lanes.map(({ label, spans }) => [label, spans.map((span) => `${span.kind} ${span.label} ${Math.round(span.from * of.durationSec)}–${Math.round(span.to * of.durationSec)}`)]);

describe('a scenario over time', () => {
  test('has a lane for each target, with what holds from when to when', () => {
    expect(spansOf(scenario('network-degradation'))).toEqual([
      ['All nodes', ['calm Normal 0–90']],
      ['First node', ['slow 150 ms 10–30', 'slow + 5 Mbit/s down 30–50', 'slow + 10 % loss down 50–90']],
    ]);
    expect(spansOf(scenario('node-failure'))).toEqual([['All nodes', ['calm Normal 0–60']], ['First node', ['down Stop 10–40']]]);
  });
  test('what is done to all ends what was done to one, but a link is not its process', () => {
    const steps: Scenario['steps'] = [
      { atSec: 30, target: { nodes: 'all' }, action: { kind: 'normal' } },
      { atSec: 0, target: { nodeId: 'node-2' }, action: { kind: 'link', change: { partition: 'both' } } },
      { atSec: 5, target: { nodeId: 'node-2' }, action: { kind: 'pause' } },
      { atSec: 8, target: { nodeId: 'node-2' }, action: { kind: 'kill' } },
      { atSec: 20, target: { nodeId: 'node-2' }, action: { kind: 'resume' } },
    ];
    expect(spansOf({ steps, durationSec: 60 })).toEqual([['All nodes', []], ['node-2', ['down partition 0–30', 'down Pause 5–8']]]);
  });
  test('marks stand at their time, and what comes after the end stands there without a bar', () => {
    const { lanes } = timelineOf({ durationSec: 20, steps: [{ atSec: 5, target: { place: 1 }, action: { kind: 'kill' } }, { atSec: 99, target: { place: 1 }, action: { kind: 'profile', profileId: '3g' } }] }, builtInProfiles);
    expect(lanes[0]!.marks.map(({ at }) => at)).toEqual([0.25, 1]);
    expect(lanes[0]!.spans).toEqual([]);
  });
  test('while it runs, steps are done, failed or ahead, with the nodes and profiles that were drawn', () => {
    const run = scenarioRun('chaos', 12);
    const done = run.done.map((step, index) => (index === 2 ? { ...step, problem: 'gone' } : step));
    const { marks } = timelineOf(run.scenario, builtInProfiles, { done }).lanes.find(({ key }) => key === 'random')!;
    expect(marks.slice(0, 3).map(({ outcome, problem }) => [outcome, problem])).toEqual([['done', null], ['failed', 'gone'], ['ahead', null]]);
    expect(marks[0]!.nodeIds).toHaveLength(1);
    expect([marks[0]!.label, marks[2]!.label]).toEqual([builtInProfiles.find(({ id }) => id === (run.done[1]!.action as { profileId: string }).profileId)!.name, 'One of 7']);
  });
});

test('the axis has at most ten figures, at round times', () => {
  expect(ticksOf(60)).toEqual([0, 10, 20, 30, 40, 50, 60]);
  for (const sec of [1, 7, 45, 90, 600, 3_600]) expect(ticksOf(sec).length).toBeLessThanOrEqual(10);
});
