/** What the schedules of a run went through, counted, so that a run can show that it tested what it says. */
export interface Coverage {
  schedules: number;
  steps: number;
  sent: number;
  delivered: number;
  lost: number;
  duplicated: number;
  delayed: number;
  earlyTimers: number;
  crashes: number;
  powerLosses: number;
  /** A crash between a durable state and the sending of its reply. */
  crashesBeforeSend: number;
  /** A crash with appended, unsynced records. */
  crashesBeforeSync: number;
  syncFailures: number;
  wipes: number;
  damages: number;
  proposerDeaths: number;
  metadataCrashes: number;
  corruptions: number;
  fastChosen: number;
  classicChosen: number;
  adoptions: number;
  freeChoices: number;
  preemptions: number;
  recoveries: number;
  aborts: number;
  learned: number;
  generationChanges: number;
  moves: number;
  closedRefusals: number;
  evictions: number;
  commits: number;
  livenessChecks: number;
  erasureSchedules: number;
}

export const createCoverage = (): Coverage => ({
  schedules: 0, steps: 0, sent: 0, delivered: 0, lost: 0, duplicated: 0, delayed: 0, earlyTimers: 0, crashes: 0, powerLosses: 0, crashesBeforeSend: 0,
  crashesBeforeSync: 0, syncFailures: 0, wipes: 0, damages: 0, proposerDeaths: 0, metadataCrashes: 0, corruptions: 0, fastChosen: 0, classicChosen: 0,
  adoptions: 0, freeChoices: 0, preemptions: 0, recoveries: 0, aborts: 0, learned: 0, generationChanges: 0, moves: 0, closedRefusals: 0, evictions: 0,
  commits: 0, livenessChecks: 0, erasureSchedules: 0,
});

/** What never happened: a run that lists anything here proved less than it claims. */
export const uncovered = (coverage: Coverage): (keyof Coverage)[] =>
  (Object.keys(coverage) as (keyof Coverage)[]).filter((name) => coverage[name] === 0);

export const addCoverage = (into: Coverage, other: Coverage): void => {
  for (const name of Object.keys(into) as (keyof Coverage)[]) into[name] += other[name];
};
