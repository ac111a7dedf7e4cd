/** All that a host tells while a cluster is in use, second by second, over a scripted door. The figures move, the same way in every run. */
import type { ClusterStatus } from '../../../runtime/contract/control/cluster.ts';
import type { PlaybackSession } from '../../../runtime/contract/control/playback.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../runtime/contract/units.ts';
import { createSamples } from '../charts-page/samples.ts';
import { happening, logLines } from '../../fixtures/scripted-door/cluster-states.ts';
import type { ScriptedDoor } from '../../fixtures/scripted-door/door.ts';
import { metricSummary, playbackSession } from '../../fixtures/scripted-door/measurements.ts';
import { clusterStatus, settings, systemInfo, upload, uploads, videoRows } from '../../fixtures/scripted-door/states.ts';
import { playbackChunk } from '../../fixtures/playback.ts';

const LINES_PER_SECOND = 2;
/** As many as a page keeps, so that they are full from then on. */
const LINES_KEPT = 50_000;
const LINES_AT_ONCE = 2_000;
const EVENT_MS = MINUTE_MS;
const UPLOAD_MS = 10 * MINUTE_MS;
const UPLOAD_STEPS = 16;
const SESSION_MS = HOUR_MS;
const EVENTS_LISTED = 200;
const SAMPLES_LISTED = 150;

export interface HostScript {
  /** Everything that happens up to that time. */
  tellUntil(nowMs: number): void;
  /** Events so far. */
  toldCount(): number;
  /** So many lines that a page keeps no more; `taken` waits for the page. */
  fillLogs(taken: () => Promise<unknown>): Promise<void>;
}

export const createHostScript = (door: ScriptedDoor): HostScript => {
  let toldCount = 0;
  const tell: ScriptedDoor['emit'] = (name, data) => {
    toldCount += 1;
    door.emit(name, data);
  };
  const nextSample = createSamples();
  let toldMs = Math.ceil(Date.now() / SECOND_MS) * SECOND_MS;
  let sequence = 1;
  let eventId = 1;
  let chunkNumber = 0;
  /** As many as the host lists and a page keeps. */
  const events = Array.from({ length: EVENTS_LISTED }, (_, index) => happening(eventId++, EVENTS_LISTED - index));
  const stored = videoRows();
  const known = uploads();

  const status = (atMs: number): ClusterStatus => {
    const sample = nextSample(atMs);
    return clusterStatus({ children: clusterStatus().children.map((child) => ({ ...child, ...figuresOf(sample.nodes.find(({ name }) => name === child.name)) })) });
  };
  const figuresOf = (node: { cpuPercent: number | null; rssBytes: number | null; diskUsedBytes: number | null } | undefined) =>
    node ? { cpuPercent: node.cpuPercent, rssBytes: node.rssBytes, diskUsedBytes: node.diskUsedBytes } : {};
  const session = (atMs: number): PlaybackSession => {
    const startedAtMs = Math.floor(atMs / SESSION_MS) * SESSION_MS;
    chunkNumber += 1;
    return playbackSession({
      sessionId: `session-${startedAtMs}`, startedAtMs, atMs, bufferSec: 20 + (atMs / SECOND_MS) % 10, positionSec: (atMs - startedAtMs) / SECOND_MS, durationSec: SESSION_MS / SECOND_MS,
      chunks: Array.from({ length: 4 }, (_, index) => playbackChunk(chunkNumber + index, { atMs: atMs - index })),
    });
  };
  const listed = ({ fromMs = 0, toMs = 0 }: { fromMs?: number; toMs?: number }) => {
    const stepMs = Math.max(2 * SECOND_MS, (toMs - fromMs) / SAMPLES_LISTED);
    return { stepMs, samples: Array.from({ length: Math.floor((toMs - fromMs) / stepMs) }, (_, index) => nextSample(fromMs + index * stepMs)) };
  };

  Object.assign(door.answers, {
    'system:info': () => systemInfo(),
    'settings:get': () => settings(),
    'cluster:status': () => status(toldMs),
    'videos:list': () => ({ videos: stored, totalCount: stored.length }),
    'videos:view': () => ({}),
    'videos:thumbnail': () => ({ image: null }),
    'uploads:list': () => ({ uploads: known }),
    'events:list': () => ({ events: events.slice(-EVENTS_LISTED) }),
    'logs:query': () => ({ lines: [] }),
    'metrics:latest': () => ({ sample: nextSample(toldMs) }),
    'metrics:history': listed,
    'metrics:summary': () => metricSummary(),
    'playback:latest': () => ({ session: session(toldMs) }),
    'playback:sessions': () => ({ sessions: [session(toldMs)] }),
    'playback:report': () => ({}),
  } satisfies ScriptedDoor['answers']);

  const isDue = (everyMs: number): boolean => toldMs % everyMs < SECOND_MS;
  const tellSecond = (): void => {
    tell('cluster:changed', status(toldMs));
    tell('metrics:sample', nextSample(toldMs));
    tell('playback:changed', session(toldMs));
    tell('logs:lines', { lines: logLines(sequence, LINES_PER_SECOND, toldMs), droppedCount: 0 });
    sequence += LINES_PER_SECOND;
    if (isDue(EVENT_MS)) {
      events.push(happening(eventId++, 0, { atMs: toldMs, text: `happened at ${toldMs}` }));
      tell('events:added', { events: events.slice(-1) });
    }
    if (isDue(UPLOAD_MS)) {
      for (let step = 0; step < UPLOAD_STEPS; step++) tell('uploads:changed', { uploads: [upload({ progress: (100 * step) / UPLOAD_STEPS, bytesDone: step * 1e7 })] });
      tell('uploads:changed', { uploads: [upload({ phase: 'completed', progress: 100 })] });
      tell('videos:changed', { videoId: stored[0]!.video_id });
    }
    if (isDue(HOUR_MS)) tell('settings:changed', settings());
  };

  return {
    toldCount: () => toldCount,
    tellUntil(nowMs) {
      for (; toldMs + SECOND_MS <= nowMs; toldMs += SECOND_MS) tellSecond();
    },
    async fillLogs(taken) {
      for (let count = 0; count < LINES_KEPT; count += LINES_AT_ONCE) {
        tell('logs:lines', { lines: logLines(sequence, LINES_AT_ONCE, toldMs), droppedCount: 0 });
        sequence += LINES_AT_ONCE;
        await taken();
      }
    },
  };
};
