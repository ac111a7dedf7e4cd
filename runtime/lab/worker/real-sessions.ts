/** Sessions over real sockets, one at a time, through the same client as the page's player. */
import { startPlaySession } from '../../client/session/play-session.ts';
import type { PlaySession, SessionNow } from '../../client/session/types.ts';
import { createFetchTransport } from '../../client/fetch-transport.ts';
import type { ComparisonSession } from '../../contract/comparison.ts';
import type { SessionProgress } from '../../contract/control/comparison.ts';
import { VStackError } from '../../contract/errors.ts';
import { SESSION_PROGRESS, SESSION_REPORT, SESSION_STARTED, type LabInput, type TrueLinks } from '../../contract/lab-worker.ts';
import { SECOND_MS } from '../../contract/units.ts';
import { Manifest } from '../../contract/wire/metadata.ts';
import { truthOf, type LinkTruth } from '../../core/client/truth.ts';
import type { Clock } from '../../platform/clock.ts';
import { closeFetchConnections } from '../../platform/http/fetch-connections.ts';
import type { HttpClient } from '../../platform/http/client.ts';
import { recordOf } from '../comparison/record.ts';
import { createSessionReports } from './session-reports.ts';

const PROGRESS_MS = 500;

const phases: Readonly<Record<SessionNow['phase'], SessionProgress['phase']>> = { starting: 'buffering', playing: 'playing', stalled: 'stalled', ended: 'ended' };

const truthsOf = (links: TrueLinks): LinkTruth[] => links.map(({ nodeId, settings, isRunning }) => ({ ...truthOf(nodeId, settings), ...(!isRunning && { isReachable: false }) }));

export interface RealSessionsParts {
  http: Pick<HttpClient, 'json'>;
  clock: Clock;
  emit(name: string, data: unknown): void;
}

export interface RealSessions {
  /** Resolves at the session's end. @throws VStackError conflict while another plays, or what the metadata service says */
  play(order: LabInput<'play'>): Promise<ComparisonSession>;
  fault(news: { links: TrueLinks }): Record<string, never>;
  links(news: { links: TrueLinks }): Record<string, never>;
  stop(): Record<string, never>;
  close(): Promise<void>;
}

interface Running {
  session: PlaySession;
  victimId: string | null;
  bufferSecAtFault: number | null;
  isFaulty: boolean;
}

export const createRealSessions = ({ http, clock, emit }: RealSessionsParts): RealSessions => {
  let isBusy = false;
  let running: Running | null = null;

  const play = async (order: LabInput<'play'>): Promise<ComparisonSession> => {
    const { session: planned, condition, sessionSec, videoId, metadataUrl, links, reportAs } = order;
    const manifestNow = async (): Promise<Manifest> => Manifest.parse(await http.json(`${metadataUrl}/manifest/${videoId}`));
    const manifest = await manifestNow();
    const startedAtMs = clock.wallMs();
    const startedMs = clock.nowMs();
    const reports = reportAs === null ? null : createSessionReports({ sessionId: reportAs, manifest, client: planned.client, startedAtMs });
    const session = startPlaySession({
      kind: planned.client, manifest, transport: createFetchTransport, clock, seed: planned.seed, refresh: manifestNow, limitMs: sessionSec * SECOND_MS, truth: truthsOf(links),
      onChunk: (chunk) => reports?.handleChunk(chunk, clock.wallMs()),
    });
    const own: Running = { session, victimId: planned.victimId, bufferSecAtFault: null, isFaulty: planned.faultAtMs === 0 };
    running = own;
    emit(SESSION_STARTED, {});

    let cancelProgress = (): void => {};
    const tell = (isOver = false): void => {
      const now = session.now();
      const progress: SessionProgress = {
        client: planned.client, place: planned.place, victimId: planned.victimId, isFaulty: own.isFaulty, elapsedSec: (clock.nowMs() - startedMs) / SECOND_MS,
        phase: phases[now.phase], bufferSec: now.bufferSec, stallCount: now.stallCount, startupMs: now.startupMs,
      };
      if (!isOver) emit(SESSION_PROGRESS, progress);
      if (reports) emit(SESSION_REPORT, reports.next(now, phases[now.phase], isOver));
    };
    const tick = (): void => {
      tell();
      cancelProgress = clock.after(PROGRESS_MS, tick);
    };
    tick();
    try {
      const result = await session.result;
      return recordOf({ session: planned, condition, result, startedAtMs, bufferSecAtFault: own.bufferSecAtFault });
    } finally {
      cancelProgress();
      tell(true);
      running = null;
      // The next client shall not find connections that this one has opened.
      await closeFetchConnections();
    }
  };

  return {
    async play(order) {
      if (isBusy) throw new VStackError('conflict', 'A session plays already; two at once would share their links.');
      isBusy = true;
      try {
        return await play(order);
      } finally {
        isBusy = false;
      }
    },
    fault({ links }) {
      if (running && running.victimId !== null && !running.isFaulty) {
        running.bufferSecAtFault = running.session.now().bufferSec;
        running.isFaulty = true;
        running.session.markFault(running.victimId);
        running.session.setTruth(truthsOf(links));
      }
      return {};
    },
    links({ links }) {
      running?.session.setTruth(truthsOf(links));
      return {};
    },
    stop() {
      running?.session.stop();
      return {};
    },
    async close() {
      running?.session.stop();
      await closeFetchConnections();
    },
  };
};
