/**
 * What one schedule may suffer. Swarm style: every schedule draws which faults are on at all, and how often, because a run with every
 * fault at once hides what a run with just two would find.
 */
import type { Draws } from './draws.ts';

export interface Shape {
  readonly name: string;
  readonly k: number;
  readonly m: number;
}

export const SHAPES: readonly Shape[] = [
  { name: 'three replicas', k: 1, m: 2 },
  { name: 'erasure 3+2', k: 3, m: 2 },
  { name: 'two replicas', k: 1, m: 1 },
  { name: 'one replica', k: 1, m: 0 },
  // Small enough to explore exhaustively; schedules draw from those above.
  { name: 'erasure 2+2', k: 2, m: 2 },
];

/** Rates are per mille of the steps where the fault could strike. */
export interface ScheduleOptions {
  shape: number;
  proposerCount: number;
  stepsMax: number;
  loss: number;
  duplication: number;
  /** A message is held back until others have overtaken it, or nothing else is on its way. */
  delay: number;
  /** A timer fires although messages are still on their way. */
  earlyTimer: number;
  crash: number;
  /** Of a crash, that it takes the page cache with it. */
  powerLoss: number;
  syncFailure: number;
  wipe: number;
  damage: number;
  proposerDeath: number;
  metadataCrash: number;
  corruption: number;
  foreignVote: number;
  /** An uploader asks for the next generation while the present one may be decided already. */
  impatience: number;
  /** Committed bytes are moved to a new generation. */
  move: number;
  /** Pieces nobody asked for are staged, until the store must evict. */
  litter: number;
  /** Proposers hear all stores before they choose, as far as they can. */
  widens: boolean;
  /** Proposers lose patience at the first timer. */
  isHasty: boolean;
  /** All faults end, and the instance must be decided. */
  checksLiveness: boolean;
}

export const createOptions = (): ScheduleOptions => ({
  shape: 0, proposerCount: 2, stepsMax: 60, loss: 0, duplication: 0, delay: 0, earlyTimer: 0, crash: 0, powerLoss: 0, syncFailure: 0, wipe: 0, damage: 0,
  proposerDeath: 0, metadataCrash: 0, corruption: 0, foreignVote: 0, impatience: 0, move: 0, litter: 0, widens: false, isHasty: false, checksLiveness: false,
});

/** Redraws `options` in place: a schedule every 50 µs leaves no room for garbage. */
export const drawOptions = (options: ScheduleOptions, draws: Draws): void => {
  const shapeDraw = draws.draw(16);
  options.shape = shapeDraw < 10 ? 0 : shapeDraw < 14 ? 1 : shapeDraw < 15 ? 2 : 3;
  options.proposerCount = 2 + draws.draw(2);
  options.stepsMax = 36 + draws.draw(65);
  // One draw of a bit per fault keeps this cheap; the rates are drawn for those that are on.
  const on = draws.draw(1 << 15);
  const rate = (bit: number, low: number, spread: number): number => (on & (1 << bit) ? low + draws.draw(spread) : 0);
  options.loss = rate(0, 20, 150);
  options.duplication = rate(1, 20, 150);
  options.earlyTimer = rate(2, 10, 200);
  options.crash = rate(3, 10, 60);
  options.powerLoss = options.crash > 0 ? 500 : 0;
  options.syncFailure = rate(4, 10, 80);
  options.wipe = rate(5, 3, 20);
  options.damage = rate(6, 3, 20);
  options.proposerDeath = rate(7, 5, 40);
  options.metadataCrash = rate(8, 5, 30);
  options.corruption = rate(9, 20, 100);
  options.foreignVote = rate(10, 5, 30);
  options.impatience = rate(11, 5, 40);
  options.move = rate(12, 100, 500);
  options.litter = rate(13, 20, 100);
  options.widens = draws.draw(3) === 2;
  options.isHasty = draws.draw(2) === 1;
  options.delay = rate(14, 20, 300);
  options.checksLiveness = draws.draw(4) === 3;
};
