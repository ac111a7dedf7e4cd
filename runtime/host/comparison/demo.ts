/**
 * The demo: V-Stack's five scenarios in turn, each with the naive client and then with the smart one, over the real network and in less than
 * five minutes. Sessions report as a player does, so the dashboard follows. It shows; what measures is the comparison.
 */
import type { ClientKind } from '../../contract/client-kind.ts';
import type { ComparisonCondition, ComparisonSession } from '../../contract/comparison.ts';
import type { DemoRow, DemoStatus } from '../../contract/control/comparison.ts';
import type { PlaybackReport } from '../../contract/control/playback.ts';
import { toErrorBody, VStackError } from '../../contract/errors.ts';
import { SESSION_REPORT } from '../../contract/lab-worker.ts';
import { builtInScenarios, type Scenario } from '../../contract/network.ts';
import { SECOND_MS } from '../../contract/units.ts';
import type { Manifest } from '../../contract/wire/metadata.ts';
import { sleep, type Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { Random } from '../../platform/random.ts';
import type { EventHub } from '../event-hub.ts';
import { createThrottle } from '../throttle.ts';
import { firstAskedOf, SESSION_SEC, storyOf } from './demo-stories.ts';
import type { Field } from './field.ts';
import type { LabWorkers } from './lab-worker.ts';
import type { Turn } from './turn.ts';

const CLIENTS: readonly ClientKind[] = ['naive', 'smart'];
/** Between two sessions: the links get quiet, nodes come back. With it ten sessions stay below five minutes. */
const PAUSE_SEC = 2;
const ANSWER_MS_MAX = 15 * SECOND_MS;
const STATUS_MS_MIN = 250;
const TICK_MS = SECOND_MS;
const CLOSE_MS_MAX = 1_000;
const SEEDS_COUNT = 2 ** 31;

/** The links are the scenario's business; to a session of the demo this is all there is of a condition. */
const condition: ComparisonCondition = { id: 'demo', name: 'Demo', description: 'Whatever the scenario does.', profileId: 'normal', fault: null, isMain: false };

export interface DemoParts {
  field: Pick<Field, 'nodeIds' | 'truth' | 'untilQuiet'>;
  workers: LabWorkers;
  turn: Turn;
  events: EventHub;
  clock: Clock;
  random: Random;
  log: Pick<Logger, 'error'>;
  video(videoId: string | undefined, signal: AbortSignal): Promise<Manifest>;
  metadataUrl(): string;
  /** Plays a scenario; resolves once it runs. */
  play(scenario: Scenario, seed: number): Promise<void>;
  /** Ends it; resolves once everything is normal. */
  stopPlaying(): Promise<unknown>;
  isScenarioPlaying(): boolean;
  report(report: PlaybackReport): void;
}

export interface Demo {
  /** Answers at once. @throws VStackError already_running, not_running, conflict */
  start(videoId: string | undefined): DemoStatus;
  /** Resolves once everything is normal again; nothing running is fine. */
  stop(): Promise<DemoStatus>;
  status(): DemoStatus;
  close(): Promise<void>;
}

const waitingRow = ({ id, name }: Scenario, client: ClientKind): DemoRow => ({
  scenarioId: id, scenarioName: name, client, phase: 'waiting', startupMs: null, stallCount: 0, stalledMs: 0, rebufferingShare: null, throughputBitsPerSecond: null, bufferSecP5: null, problem: null,
});

const doneRow = ({ startupMs, isStarted, stallCount, stalledMs, rebufferingShare, throughputBitsPerSecond, bufferSecP5 }: ComparisonSession): Partial<DemoRow> => ({
  phase: 'done', startupMs: isStarted ? startupMs : null, stallCount, stalledMs, rebufferingShare, throughputBitsPerSecond, bufferSecP5,
});

const idle: DemoStatus = { phase: 'idle', step: 'The demo does not run.', startedAtMs: null, elapsedSec: 0, totalSec: builtInScenarios.length * CLIENTS.length * (SESSION_SEC + PAUSE_SEC), rows: [], problem: null };

export const createDemo = (parts: DemoParts): Demo => {
  const { field, workers, turn, events, clock, random, log, video, metadataUrl, play, stopPlaying, isScenarioPlaying, report } = parts;
  let status: DemoStatus = idle;
  let startedMs = 0;
  let stopping: AbortController | null = null;
  let finished: Promise<void> = Promise.resolve();

  const changed = createThrottle(clock, STATUS_MS_MIN, () => events.emit('demo:changed', status));
  const change = (changes: Partial<DemoStatus>): void => {
    status = { ...status, ...changes, elapsedSec: (clock.nowMs() - startedMs) / SECOND_MS };
    changed.request();
  };
  const changeRow = (index: number, changes: Partial<DemoRow>): void => change({ rows: status.rows.map((row, at) => (at === index ? { ...row, ...changes } : row)) });

  const playOne = async (index: number, scenario: Scenario, client: ClientKind, manifest: Manifest, seed: number, signal: AbortSignal): Promise<void> => {
    change({ step: `${scenario.name}: the ${client} client` });
    await field.untilQuiet(signal);
    const worker = await workers.get();
    const end = (): void => void worker.ask('stop', {}).catch(() => {});
    worker.listen({
      [SESSION_REPORT]: (told) => {
        report(told);
        changeRow(index, { startupMs: told.startupMs, stallCount: told.stallCount, stalledMs: told.stalledMs, throughputBitsPerSecond: told.throughputBitsPerSecond });
        // An oracle plans with the links as they are by now; the others do not mind.
        worker.ask('links', { links: field.truth() }).catch(() => {});
      },
    });
    signal.addEventListener('abort', end, { once: true });
    try {
      await play(storyOf(scenario, firstAskedOf(manifest)), seed);
      changeRow(index, { phase: 'running' });
      const session = { block: 0, place: index, client, seed, victimId: null, faultAtMs: null };
      const reportAs = `demo-${Math.round(status.startedAtMs! / SECOND_MS)}-${index}`;
      const order = { session, condition, sessionSec: SESSION_SEC, videoId: manifest.video_id, metadataUrl: metadataUrl(), links: field.truth(), reportAs };
      changeRow(index, doneRow(await worker.ask('play', order, SESSION_SEC * SECOND_MS + ANSWER_MS_MAX)));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      changeRow(index, { phase: 'failed', problem: toErrorBody(error).detail });
      await workers.stop();
    } finally {
      signal.removeEventListener('abort', end);
      if (worker.isAlive()) worker.listen({});
      await stopPlaying();
    }
    signal.throwIfAborted();
  };

  /** Resolves with how it ended. */
  const go = async (videoId: string | undefined, signal: AbortSignal): Promise<Partial<DemoStatus>> => {
    const manifest = await video(videoId, signal);
    change({ phase: 'running' });
    for (const [story, scenario] of builtInScenarios.entries()) {
      // Both clients meet the same story: what is drawn in it is drawn from the same seed.
      const seed = Math.floor(random() * SEEDS_COUNT);
      for (const [turnOf, client] of CLIENTS.entries()) await playOne(story * CLIENTS.length + turnOf, scenario, client, manifest, seed, signal);
    }
    return { phase: 'ended', step: 'The demo is over; the network is normal.' };
  };

  return {
    status: () => status,
    start(videoId) {
      field.nodeIds();
      if (isScenarioPlaying()) throw new VStackError('conflict', 'A scenario plays already. Stop it first.');
      const giveBack = turn.take('The demo');
      const abort = new AbortController();
      stopping = abort;
      startedMs = clock.nowMs();
      status = { ...idle, phase: 'preparing', step: 'Choosing the video.', startedAtMs: clock.wallMs(), rows: builtInScenarios.flatMap((scenario) => CLIENTS.map((client) => waitingRow(scenario, client))) };
      changed.request();
      let cancelTick = (): void => {};
      const tick = (): void => {
        change({});
        cancelTick = clock.after(TICK_MS, tick);
      };
      cancelTick = clock.after(TICK_MS, tick);
      finished = go(videoId, abort.signal)
        .catch((error: unknown): Partial<DemoStatus> => {
          if (abort.signal.aborted) return { phase: 'stopped', step: 'Stopped; the network is normal.' };
          log.error({ err: error }, 'the demo failed');
          return { phase: 'failed', step: 'Ended by a failure.', problem: toErrorBody(error).detail };
        })
        .then(async (end) => {
          cancelTick();
          await workers.stop();
          stopping = null;
          giveBack();
          // Told last: whoever hears of the end may begin the next one at once.
          change(end);
        });
      return status;
    },
    async stop() {
      if (stopping && !stopping.signal.aborted) {
        change({ phase: 'stopping', step: 'Setting everything back to normal.' });
        stopping.abort(new VStackError('cancelled', 'The demo was stopped.'));
      }
      await finished;
      return status;
    },
    async close() {
      stopping?.abort(new VStackError('cancelled', 'The program was ended.'));
      const given = new AbortController();
      await Promise.race([finished, sleep(clock, CLOSE_MS_MAX, given.signal).catch(() => {})]); // The abort below, once it is over.
      given.abort();
      changed.cancel();
    },
  };
};
