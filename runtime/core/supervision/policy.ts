/** How patient the supervisor is with a child. All durations are milliseconds. */
import { BEAT_MS_DEFAULT } from '../../contract/child.ts';
import { MINUTE_MS, SECOND_MS } from '../../contract/units.ts';

export interface SupervisionPolicy {
  /** A child says that it is alive this often. @default 1 s */
  beatMs: number;
  /** Silence after which a child counts as degraded. Three missed beats: one may be late, two are bad luck. @default 3 s */
  lateMs: number;
  /** Silence after which a child is mute and is killed: it holds its port and answers nobody, which is worse than being dead. @default 10 s */
  muteMs: number;
  /** A start may take so long as the child beats meanwhile; a full scan of a large store needs its time. @default 5 min */
  startMsMax: number;
  /** The first restart waits about this long; each further one twice as long. @default 250 ms */
  backOffMsFirst: number;
  /** No wait is longer. @default 10 s */
  backOffMsMax: number;
  /** A child that was ready this long has recovered: its earlier failures are forgotten. @default 30 s */
  stableMs: number;
  /** So many failures in a row are a crash loop, which ends the restarts. @default 5 */
  failureCountMax: number;
  /**
   * Being killed from outside while ready is not the child's own failure, so it is restarted promptly; but not for ever, for it may
   * be the system's out-of-memory killer. Generous, because chaos runs kill often. @default 200
   */
  killCountMax: number;
  /** Beyond the grace that a child was given to stop, before it is killed: it needs a moment to say goodbye. @default 100 ms */
  killMarginMs: number;
  /** A timer this much too late means that the supervisor itself stood still, so the silence was its own. @default 2 s */
  stallMs: number;
}

export const defaultPolicy: SupervisionPolicy = {
  beatMs: BEAT_MS_DEFAULT,
  lateMs: 3 * SECOND_MS,
  muteMs: 10 * SECOND_MS,
  startMsMax: 5 * MINUTE_MS,
  backOffMsFirst: 250,
  backOffMsMax: 10 * SECOND_MS,
  stableMs: 30 * SECOND_MS,
  failureCountMax: 5,
  killCountMax: 200,
  killMarginMs: 100,
  stallMs: 2 * SECOND_MS,
};

/**
 * The wait before a restart: exponential, bounded, and spread over the upper half so that children that failed together do not return together.
 * @param failureCount failures in a row, counting this one; at least 1
 * @param jitter in [0, 1)
 */
export const backOffMs = (failureCount: number, jitter: number, policy: SupervisionPolicy): number => {
  const fullMs = Math.min(policy.backOffMsMax, policy.backOffMsFirst * 2 ** (failureCount - 1));
  return fullMs * (0.5 + jitter / 2);
};
