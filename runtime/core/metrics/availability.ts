/**
 * The availability of a child as its heartbeats tell it: share of the time in which it was wanted that it was up.
 *
 *   up       from one good beat to the next, as long as they come on time
 *   silent   a gap longer than allowed, or a beat of another process: it was down since the last good beat
 *   back     when the next good beat arrives; for another process, since it began to serve, which its beat tells
 *
 * A good beat is one of a child that can do all its work. The moment of an end lies somewhere between the last beat and the one that was
 * missed, so half an interval after the last beat is taken: then the errors of many ends cancel, where "at once" or "when it was missed"
 * would add up. What the supervisor concluded is not looked at; only whether people wanted the child to run, which no beat can know.
 */

export interface BeatPolicy {
  /** Between two beats. */
  beatMs: number;
  /** A longer silence means that it was down. */
  gapMsMax: number;
}

export interface SeenBeat {
  /** Counts the processes of this child. */
  incarnation: number;
  /** How long it has been able to work, by its own clock; absent while it is not. */
  servingMs?: number;
  /** It says that it can do only a part of its work. */
  isDegraded: boolean;
}

export interface AvailabilityState {
  isWanted: boolean;
  wantedSinceMs: number;
  /** Decided so far: the wanted time before `wantedSinceMs`, and the time up until the last good beat. */
  wantedMsBefore: number;
  upMs: number;
  /** The last good beat, unless something said since that the child is not up. */
  last: { incarnation: number; atMs: number; servingMs: number } | null;
  /** It was certainly not up before; what a first good beat tells of its past counts from here. */
  notBeforeMs: number;
  wasDegraded: boolean;
}

export const createAvailability = (nowMs: number): AvailabilityState => ({
  isWanted: false, wantedSinceMs: nowMs, wantedMsBefore: 0, upMs: 0, last: null, notBeforeMs: nowMs, wasDegraded: false,
});

/** Time up from the last good beat until `untilMs`, if nothing better is known about the time since. */
const upSince = (state: AvailabilityState, untilMs: number, silentMs: number, { beatMs, gapMsMax }: BeatPolicy): number => {
  if (!state.last) return 0;
  const passedMs = untilMs - state.last.atMs;
  return silentMs <= gapMsMax ? passedMs : Math.min(passedMs, beatMs / 2);
};

/** A deliberate stop costs nothing, and the next start counts from its wish. `nowMs` is monotonic, here and below. */
export const stepWanted = (state: AvailabilityState, isWanted: boolean, nowMs: number, policy: BeatPolicy): void => {
  if (isWanted === state.isWanted) return;
  if (state.isWanted) {
    state.upMs += upSince(state, nowMs, state.last ? nowMs - state.last.atMs : 0, policy);
    state.wantedMsBefore += nowMs - state.wantedSinceMs;
  }
  state.isWanted = isWanted;
  state.wantedSinceMs = nowMs;
  state.notBeforeMs = nowMs;
  state.last = null;
};

/** What the time since the last good beat was, now that another good beat has come. */
const upUntilGoodBeat = (state: AvailabilityState, incarnation: number, servingMs: number, nowMs: number, policy: BeatPolicy): number => {
  const { last } = state;
  if (last?.incarnation === incarnation) {
    // Beats that left in time and were read late had to wait for a busy reader: that was not the child's silence.
    const silentMs = Math.min(nowMs - last.atMs, servingMs - last.servingMs);
    return upSince(state, nowMs, silentMs, policy);
  }
  if (state.wasDegraded) return 0;
  const upFromMs = Math.max(last?.atMs ?? state.notBeforeMs, nowMs - servingMs);
  return upSince(state, upFromMs, Infinity, policy) + (nowMs - upFromMs);
};

export const stepBeat = (state: AvailabilityState, beat: SeenBeat, nowMs: number, policy: BeatPolicy): void => {
  // A child that is told to stop still beats until it is gone.
  if (!state.isWanted) return;
  const { incarnation, servingMs, isDegraded } = beat;
  if (servingMs !== undefined && !isDegraded) {
    state.upMs += upUntilGoodBeat(state, incarnation, servingMs, nowMs, policy);
    state.last = { incarnation, atMs: nowMs, servingMs };
    state.wasDegraded = false;
    return;
  }
  const isSameProcess = state.last?.incarnation === incarnation;
  state.upMs += upSince(state, nowMs, isSameProcess ? nowMs - state.last!.atMs : Infinity, policy);
  state.last = null;
  state.notBeforeMs = nowMs;
  state.wasDegraded = isDegraded;
};

/** 0–1; null while it was never wanted. */
export const availabilityAt = (state: AvailabilityState, nowMs: number, policy: BeatPolicy): number | null => {
  const wantedMs = state.wantedMsBefore + (state.isWanted ? nowMs - state.wantedSinceMs : 0);
  if (wantedMs <= 0) return null;
  const upMs = state.upMs + upSince(state, nowMs, state.last ? nowMs - state.last.atMs : 0, policy);
  return Math.min(1, upMs / wantedMs);
};
