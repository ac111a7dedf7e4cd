/**
 * V-Stack's scenarios in the time of one session each. A player has half a minute buffered within a second, and what befalls a node after that is
 * hardly seen: so the sessions of the demo begin where a scenario's trouble does, and the one node that it troubles is the one that holds the
 * first bytes which the naive client asks for. Both clients meet the same.
 */
import type { Scenario, ScenarioTarget } from '../../contract/network.ts';
import type { Manifest } from '../../contract/wire/metadata.ts';

export const SESSION_SEC = 22;
/** A scenario goes on a little after its session, so that it does not end within it. */
const OVERHANG_SEC = 3;

/** Where a session begins in its scenario; everything before has happened by then. A second before a node dies: one that is dead already refuses at once, and costs nobody anything. */
const CUES_SEC: Readonly<Record<string, number>> = { 'network-degradation': 50, 'node-failure': 9, recovery: 5, chaos: 30 };

/** The node that the naive client asks for the first chunk; null when the video has none. */
export const firstAskedOf = ({ chunks }: Pick<Manifest, 'chunks'>): string | null => chunks[0]?.urls[0]?.node_id ?? null;

/** The same story, from its cue on, within one session. @param victimId in the place of a node that the scenario names by its place */
export const storyOf = (scenario: Scenario, victimId: string | null, sessionSec = SESSION_SEC): Scenario => {
  const cueSec = CUES_SEC[scenario.id] ?? 0;
  const pace = sessionSec / (scenario.durationSec - cueSec);
  const targetOf = (target: ScenarioTarget): ScenarioTarget => ('place' in target && victimId !== null ? { nodeId: victimId } : target);
  return {
    ...scenario,
    durationSec: sessionSec + OVERHANG_SEC,
    steps: scenario.steps.map(({ atSec, target, action }) => ({ atSec: Math.round(Math.max(0, atSec - cueSec) * pace * 10) / 10, target: targetOf(target), action })),
  };
};
