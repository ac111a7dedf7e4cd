/**
 * Notices a connection that is dead without saying so: the host is frozen, or the machine slept. A host that is heard of needs no question,
 * so a running cluster costs none.
 *
 *   anything heard ──QUIET_MS_MAX of silence──▶ ping ──ANSWER_MS_MAX without a word──▶ lost
 */
export const QUIET_MS_MAX = 10_000;
/** Also the time a new connection gets until its welcome. */
export const ANSWER_MS_MAX = 5_000;

export interface Heartbeat {
  /** The other end said something. */
  heard(): void;
  stop(): void;
}

/** Begins as if a question had just been asked: a connection that never answers is dead too. */
export const startHeartbeat = ({ ping, lost }: { ping: () => void; lost: () => void }): Heartbeat => {
  let timer = setTimeout(lost, ANSWER_MS_MAX);
  const ask = (): void => {
    ping();
    timer = setTimeout(lost, ANSWER_MS_MAX);
  };
  return {
    heard: () => {
      clearTimeout(timer);
      timer = setTimeout(ask, QUIET_MS_MAX);
    },
    stop: () => clearTimeout(timer),
  };
};
