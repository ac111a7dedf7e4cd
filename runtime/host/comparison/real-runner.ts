/**
 * One session over real links:
 *
 *   quiet ─▶ links set ─▶ play … fault … end ─▶ links normal, victim back
 *            (the worker plays)                 (whatever happened)
 */
import type { ComparisonCondition, ComparisonSession } from '../../contract/comparison.ts';
import { toErrorBody, VStackError } from '../../contract/errors.ts';
import { SESSION_PROGRESS, SESSION_REPORT, SESSION_STARTED } from '../../contract/lab-worker.ts';
import type { PlaybackReport } from '../../contract/control/playback.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { failedRecordOf } from '../../lab/comparison/record.ts';
import type { SessionRunner } from '../../lab/comparison/run.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Field } from './field.ts';
import type { LabWorkers } from './lab-worker.ts';

/** A worker that has not answered so long after the end of its session is gone, or as good as. */
const ANSWER_MS_MAX = 15 * SECOND_MS;
/** So many failed sessions in a row are no accident of one client. */
const FAILURES_MAX = 5;

export interface RealRunnerParts {
  field: Field;
  workers: LabWorkers;
  clock: Clock;
  condition: ComparisonCondition;
  sessionSec: number;
  videoId: string;
  metadataUrl(): string;
  /** Tells the dashboard; absent: it does not follow. */
  report?: { idOf(block: number, place: number): string; send(report: PlaybackReport): void };
}

export const createRealRunner = (parts: RealRunnerParts): SessionRunner => {
  const { field, workers, clock, condition, sessionSec, videoId, metadataUrl, report } = parts;
  let failureCount = 0;

  return {
    async run(session, { signal, onStep, onProgress }) {
      const { victimId, faultAtMs } = session;
      onStep('waiting until the links are quiet');
      await field.untilQuiet(signal);
      onStep('setting the links');
      const worker = await workers.get();
      let cancelFault = (): void => {};
      let striking: Promise<void> = Promise.resolve();
      const strike = (): void => {
        // The client learns of it in the same moment: the oracle plans with it, and the time to bytes from elsewhere counts from here.
        striking = Promise.all([field.strike(condition, victimId!), worker.ask('fault', { links: field.truth() })]).then(() => worker.ask('links', { links: field.truth() })).then(() => undefined);
        striking.catch(() => {}); // Told below, where the session ends.
      };
      const stop = (): void => void worker.ask('stop', {}).catch(() => {});
      const startedAtMs = clock.wallMs();
      const play = async (): Promise<ComparisonSession> => {
        await field.prepare(condition, faultAtMs === 0 ? victimId : null);
        signal.throwIfAborted();
        signal.addEventListener('abort', stop, { once: true });
        worker.listen({
          [SESSION_STARTED]: () => {
            if (faultAtMs !== null && faultAtMs > 0 && victimId !== null) cancelFault = clock.after(faultAtMs, strike);
          },
          [SESSION_PROGRESS]: onProgress,
          ...(report && { [SESSION_REPORT]: report.send }),
        });
        const order = { session, condition, sessionSec, videoId, metadataUrl: metadataUrl(), links: field.truth(), reportAs: report?.idOf(session.block, session.place) ?? null };
        return worker.ask('play', order, sessionSec * SECOND_MS + ANSWER_MS_MAX);
      };
      const failed = async (error: unknown): Promise<ComparisonSession> => {
        if (++failureCount >= FAILURES_MAX) throw error;
        // One that does not answer any more must not play on beside the next session.
        if (error instanceof VStackError && (error.code === 'timeout' || error.code === 'unavailable')) await workers.stop();
        return failedRecordOf(session, sessionSec, startedAtMs, toErrorBody(error).detail);
      };

      let record: ComparisonSession | null = null;
      let cause: unknown;
      try {
        record = await play();
        failureCount = 0;
      } catch (error) {
        cause = error;
      }
      signal.removeEventListener('abort', stop);
      cancelFault();
      worker.listen({});
      const struck = await striking.then(() => null, (error: unknown) => ({ error }));
      onStep('setting the links back');
      await field.restore();
      signal.throwIfAborted();
      // A session without its fault would be told under a condition that it did not have.
      if (struck !== null) throw struck.error;
      return record ?? failed(cause);
    },
  };
};
