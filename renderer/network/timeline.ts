/** A scenario as a picture over time: a lane for every target, on it what holds from when to when, and the steps that change it. Pure. */
import type { ScenarioRun } from '../../runtime/contract/control/network.ts';
import type { NetworkProfile, Scenario, ScenarioAction, ScenarioStep } from '../../runtime/contract/network.ts';
import { actionWords, targetKey, targetWords } from './scenario-words.ts';

export type StepOutcome = 'ahead' | 'done' | 'failed';

export interface TimelineMark {
  /** Of the step in its scenario. */
  index: number;
  step: ScenarioStep;
  /** 0–1 of the duration. */
  at: number;
  label: string;
  outcome: StepOutcome;
  problem: string | null;
  /** The nodes it concerned, once it is done. */
  nodeIds: readonly string[];
}

/** `calm` holds what an ordinary network does, `slow` what hampers a node, `down` what takes it away. */
export interface TimelineSpan {
  from: number;
  to: number;
  label: string;
  kind: 'calm' | 'slow' | 'down';
}

export interface TimelineLane {
  key: string;
  label: string;
  /** Of a target that names one node. */
  nodeId: string | null;
  marks: TimelineMark[];
  spans: TimelineSpan[];
}

export interface Timeline {
  lanes: TimelineLane[];
  /** Seconds at which the axis has a figure. */
  ticksSec: number[];
}

type Steps = Pick<Scenario, 'steps' | 'durationSec'>;
type ShownProfile = Pick<NetworkProfile, 'id' | 'name' | 'settings'>;

const TICK_SECS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600] as const;
const TICKS_MAX = 9;

export const ticksOf = (durationSec: number): number[] => {
  const step = TICK_SECS.find((sec) => durationSec / sec <= TICKS_MAX) ?? TICK_SECS.at(-1)!;
  return Array.from({ length: Math.floor(durationSec / step) + 1 }, (_, index) => index * step);
};

/** Links and processes are two things: what is done to one does not end what was done to the other. */
const isOfLink = ({ kind }: ScenarioAction): boolean => kind === 'profile' || kind === 'link' || kind === 'random-profile' || kind === 'normal';
const CALM_PROFILE_ID = 'normal';

const spanKindOf = (action: ScenarioAction, profiles: readonly ShownProfile[]): TimelineSpan['kind'] | null => {
  switch (action.kind) {
    case 'normal': case 'resume': case 'start': return null;
    case 'stop': case 'pause': return 'down';
    // The supervisor starts it again by itself.
    case 'kill': return null;
    case 'profile': {
      const settings = profiles.find(({ id }) => id === action.profileId)?.settings;
      if (action.profileId === CALM_PROFILE_ID) return 'calm';
      return settings && (settings.isFailed || settings.partition !== 'none') ? 'down' : 'slow';
    }
    case 'link': return action.change.isFailed || (action.change.partition ?? 'none') !== 'none' ? 'down' : 'slow';
    default: return 'slow';
  }
};

export const timelineOf = ({ steps, durationSec }: Steps, profiles: readonly ShownProfile[], run: Pick<ScenarioRun, 'done'> | null = null): Timeline => {
  const ordered = steps
    .map((step, index) => ({ step, index }))
    .sort((a, b) => a.step.atSec - b.step.atSec)
    // What was done is told in the order of time, with what was drawn by the seed in the place of the draw.
    .map(({ step, index }, order) => ({ index, done: run?.done[order], step: { ...step, action: run?.done[order]?.action ?? step.action } }));
  const shareOf = (sec: number): number => Math.min(1, Math.max(0, sec / durationSec));

  const lanes = new Map<string, TimelineLane>();
  for (const { step, index, done } of ordered) {
    const key = targetKey(step.target);
    const lane = lanes.get(key) ?? { key, label: targetWords(step.target), nodeId: 'nodeId' in step.target ? step.target.nodeId : null, marks: [], spans: [] };
    lanes.set(key, lane);
    lane.marks.push({
      index, step, at: shareOf(step.atSec), label: actionWords(step.action, profiles), outcome: !done ? 'ahead' : done.problem === null ? 'done' : 'failed', problem: done?.problem ?? null, nodeIds: done?.nodeIds ?? [],
    });
    const kind = spanKindOf(step.action, profiles);
    if (kind === null || step.atSec >= durationSec) continue;
    // It holds until something else is done to the same thing, of this target or of all.
    const end = ordered.find(
      (other) => (other.step.atSec > step.atSec || (other.step.atSec === step.atSec && other.index > index)) && (targetKey(other.step.target) === key || targetKey(other.step.target) === 'all') && isOfLink(other.step.action) === isOfLink(step.action),
    );
    // Figures that are set one after the other add up.
    const before = lane.marks.at(-2)?.step.action.kind;
    const isMore = step.action.kind === 'link' && (before === 'link' || before === 'profile');
    lane.spans.push({ from: shareOf(step.atSec), to: shareOf(end?.step.atSec ?? durationSec), label: `${isMore ? '+ ' : ''}${actionWords(step.action, profiles)}`, kind });
  }
  const rank = ({ key }: TimelineLane): string => (key === 'all' ? '0' : key === 'random' ? '2' : `1${key.padStart(30)}`);
  return { lanes: [...lanes.values()].sort((a, b) => rank(a).localeCompare(rank(b))), ticksSec: ticksOf(durationSec) };
};
