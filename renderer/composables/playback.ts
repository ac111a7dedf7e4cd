/** One video on one media element: opens it, follows it, measures it, reports it. Everything stops with the scope. */
import { useEventListener, useIntervalFn } from '@vueuse/core';
import { onScopeDispose, type Ref, shallowRef, type ShallowRef, watch } from 'vue';
import { type ChunkMiss, type ChunkReport, createChunkSource, type VideoClient } from '../../runtime/client/chunk-source.ts';
import type { ClientKind } from '../../runtime/contract/client-kind.ts';
import type { PlaybackNode, PlaybackPhase } from '../../runtime/contract/control/playback.ts';
import type { Manifest } from '../../runtime/contract/wire/metadata.ts';
import { bufferedAheadSec, type Range, rangesOf } from '../playback/buffer.ts';
import type { Engine } from '../playback/engine.ts';
import { openFailureOf, type PlaybackFailure } from '../playback/failure.ts';
import { chunkOf, measuredOf, nodesOf } from '../playback/measure.ts';
import { createPlaybackMeter, type PlaybackFigures } from '../playback/meter.ts';
import { type OwnSession, usePlaybackStore } from '../stores/playback.ts';
import { useVideoStore } from '../stores/videos.ts';

/** A round of requests for one chunk, numbered: the same chunk may be fetched twice. `nodeId` null: no node gave it. */
export interface HistoryEntry extends Pick<ChunkReport, 'chunk' | 'attempts' | 'tookMs' | 'hedged' | 'failedOver' | 'why'> {
  id: number;
  nodeId: string | null;
}

export interface Playback {
  phase: Readonly<ShallowRef<PlaybackPhase>>;
  /** Why it failed. */
  failure: Readonly<ShallowRef<PlaybackFailure | null>>;
  /** The chunk that no node gives at the moment; it is asked for again and again. */
  miss: Readonly<ShallowRef<ChunkMiss | null>>;
  manifest: Readonly<ShallowRef<Manifest | null>>;
  currentSec: Readonly<ShallowRef<number>>;
  ranges: Readonly<ShallowRef<readonly Range[]>>;
  aheadSec: Readonly<ShallowRef<number>>;
  /** How many times as fast as recorded. */
  rate: Readonly<ShallowRef<number>>;
  figures: Readonly<ShallowRef<PlaybackFigures>>;
  /** Of all downloads together, lately. */
  throughputBitsPerSecond: Readonly<ShallowRef<number | null>>;
  /** What has been measured of each node. */
  nodes: Readonly<ShallowRef<readonly PlaybackNode[]>>;
  /** The latest report of each chunk that was fetched, by sequence. */
  reports: Readonly<ShallowRef<ReadonlyMap<number, ChunkReport>>>;
  /** By sequence, whom the last round for a chunk asked, whether or not anybody gave it. */
  met: Readonly<ShallowRef<ReadonlyMap<number, Pick<ChunkReport, 'attempts'>>>>;
  /** Chunks of this session with bytes that a node owed and another one gave. */
  failOverCount: Readonly<ShallowRef<number>>;
  /** The rounds of this session, youngest first, bounded. */
  history: Readonly<ShallowRef<readonly HistoryEntry[]>>;
  toggle(): void;
  seek(toSec: number): void;
  setRate(rate: number): void;
  /** Opens again where it stopped. */
  retry(): void;
}

const HISTORY_MAX = 100;
/** Figures move at this pace: fast enough to live, slow enough to read. */
const SAMPLE_MS = 500;
/** A view counts once this much has been played. */
const VIEW_MS = 10_000;
/** With less than this ahead, an element that waits waits for data. */
const STARVED_SEC = 0.5;
const NO_FIGURES: PlaybackFigures = { startupMs: null, stallCount: 0, stalledMs: 0, playedMs: 0 };

/** What one opening of one video holds; another opening begins anew. */
interface Opening {
  videoId: string;
  meter: ReturnType<typeof createPlaybackMeter>;
  /** Where it begins; the element is there only once the engine has led it there. */
  startSec: number;
  source?: VideoClient;
  engine?: Engine;
  session?: OwnSession;
  isViewCounted: boolean;
}

export const usePlayback = (element: Readonly<Ref<HTMLVideoElement | null>>, videoId: () => string, client: () => ClientKind): Playback => {
  const videos = useVideoStore();
  const store = usePlaybackStore();
  const phase = shallowRef<PlaybackPhase>('opening');
  const failure = shallowRef<PlaybackFailure | null>(null);
  const miss = shallowRef<ChunkMiss | null>(null);
  const manifest = shallowRef<Manifest | null>(null);
  const currentSec = shallowRef(0);
  const ranges = shallowRef<readonly Range[]>([]);
  const aheadSec = shallowRef(0);
  const rate = shallowRef(1);
  const figures = shallowRef(NO_FIGURES);
  const throughputBitsPerSecond = shallowRef<number | null>(null);
  const nodes = shallowRef<readonly PlaybackNode[]>([]);
  const reports = shallowRef<ReadonlyMap<number, ChunkReport>>(new Map());
  const met = shallowRef<ReadonlyMap<number, Pick<ChunkReport, 'attempts'>>>(new Map());
  const failOverCount = shallowRef(0);
  const history = shallowRef<readonly HistoryEntry[]>([]);
  let entryIdNext = 1;
  let current: Opening | undefined;

  /** The client fetches by what plays when, so it is told where the picture is and whether it moves. */
  const tellPlayhead = (isSeek = false): void => {
    const video = element.value;
    if (!video || !current) return;
    const hasBegun = current.meter.figures(performance.now()).startupMs !== null || isSeek;
    const positionSec = hasBegun ? video.currentTime : Math.max(video.currentTime, current.startSec);
    current.source?.setPlayhead(positionSec, phase.value === 'playing' ? video.playbackRate : 0, isSeek);
  };

  const sample = (): void => {
    const video = element.value;
    if (!video || !current) return;
    const { meter, source, session } = current;
    currentSec.value = video.currentTime;
    ranges.value = rangesOf(video.buffered);
    aheadSec.value = bufferedAheadSec(ranges.value, video.currentTime);
    figures.value = meter.figures(performance.now());
    if (source) {
      tellPlayhead();
      throughputBitsPerSecond.value = source.throughputBitsPerSecond();
      nodes.value = nodesOf(source);
      session?.record(
        measuredOf({ phase: phase.value, positionSec: video.currentTime, durationSec: manifest.value?.duration_sec ?? 0, bufferSec: aheadSec.value, figures: figures.value, source }),
        phase.value === 'ended' || phase.value === 'failed',
      );
    }
    if (current.isViewCounted || figures.value.playedMs < VIEW_MS) return;
    current.isViewCounted = true;
    // A view that could not be counted is not worth disturbing the person who watches.
    void videos.countView(current.videoId).catch(() => undefined);
  };

  const close = (): void => {
    const { engine, source, session } = current ?? {};
    sample();
    current = undefined;
    engine?.destroy();
    source?.close();
    session?.end();
  };
  const fail = (reason: PlaybackFailure): void => {
    failure.value = reason;
    phase.value = 'failed';
    element.value?.pause();
    sample();
  };
  const begin = async (video: HTMLVideoElement): Promise<void> => {
    try {
      await video.play();
    } catch {
      // Browsers refuse sound without a gesture; the play button then is the gesture.
      if (video.paused && phase.value === 'buffering') phase.value = 'ready';
    }
  };
  const remember = (entry: Omit<HistoryEntry, 'id'>): void => {
    met.value = new Map(met.value).set(entry.chunk.sequence_num, entry);
    history.value = [{ ...entry, id: entryIdNext++ }, ...history.value].slice(0, HISTORY_MAX);
  };

  const open = async (startSec: number): Promise<void> => {
    const isViewCounted = current?.isViewCounted ?? false;
    close();
    const video = element.value;
    if (!video) return;
    const id = videoId();
    const mine: Opening = { videoId: id, meter: createPlaybackMeter(performance.now()), startSec, isViewCounted: startSec > 0 && isViewCounted };
    current = mine;
    failure.value = miss.value = null;
    phase.value = 'opening';
    try {
      const [opened, { startEngine }] = await Promise.all([videos.manifestOf(id), import('../playback/engine.ts')]);
      if (current !== mine) return;
      manifest.value = opened;
      const session = (mine.session = store.begin({ videoId: id, title: opened.title }));
      const source = (mine.source = createChunkSource({
        manifest: opened,
        refresh: () => videos.manifestOf(id),
        client: client(),
        schedule: 'playback',
        startSec,
        onChunk: (report) => {
          miss.value = null;
          reports.value = new Map(reports.value).set(report.chunk.sequence_num, report);
          remember(report);
          if (report.failedOver) failOverCount.value += 1;
          session.addChunk(chunkOf(report, Date.now()));
        },
        onMiss: (missed) => {
          miss.value = missed;
          remember({ ...missed, nodeId: null, hedged: false, failedOver: false, why: '', tookMs: missed.attempts.reduce((sum, attempt) => sum + attempt.tookMs, 0) });
        },
      }));
      phase.value = 'buffering';
      mine.engine = startEngine({ video, source, startSec, onReady: () => void begin(video), onFailure: fail });
      video.playbackRate = rate.value;
    } catch (error) {
      if (current === mine) fail(openFailureOf(error));
    }
  };

  const follow = (name: keyof HTMLMediaElementEventMap, react: (video: HTMLVideoElement, meter: Opening['meter']) => void): void => {
    useEventListener(element, name, () => {
      if (element.value && current && phase.value !== 'failed') react(element.value, current.meter);
    });
  };
  follow('playing', (_, meter) => {
    meter.handlePlaying(performance.now());
    phase.value = 'playing';
    tellPlayhead();
  });
  follow('waiting', (video, meter) => {
    const isBuffered = bufferedAheadSec(rangesOf(video.buffered), video.currentTime) > STARVED_SEC;
    meter.handleWaiting(performance.now(), video.seeking, isBuffered);
    if (phase.value === 'playing' && !isBuffered) phase.value = 'stalled';
    tellPlayhead();
  });
  follow('pause', (_, meter) => {
    meter.handlePause(performance.now());
    if (phase.value === 'playing' || phase.value === 'stalled') phase.value = 'paused';
    tellPlayhead();
  });
  follow('ended', () => {
    phase.value = 'ended';
    sample();
  });
  follow('ratechange', (video) => (rate.value = video.playbackRate));
  follow('timeupdate', (video) => (currentSec.value = video.currentTime));
  follow('seeking', (_, meter) => {
    meter.handleSeek(performance.now());
    tellPlayhead(true);
    sample();
  });
  useIntervalFn(sample, SAMPLE_MS);
  watch(client, (next) => {
    current?.source?.setClient(next);
    sample();
  });
  // The last words of a page that goes away; one that is only hidden plays on.
  useEventListener('pagehide', () => current?.session?.end());
  useEventListener(document, 'visibilitychange', sample);

  watch([element, videoId], () => {
    reports.value = met.value = new Map();
    history.value = [];
    failOverCount.value = 0;
    manifest.value = null;
    void open(0);
  }, { immediate: true, flush: 'post' });
  onScopeDispose(close);

  return {
    phase, failure, miss, manifest, currentSec, ranges, aheadSec, rate, figures, throughputBitsPerSecond, nodes, reports, met, failOverCount, history,
    toggle: () => {
      const video = element.value;
      if (!video || phase.value === 'failed') return;
      if (!video.paused) return video.pause();
      current?.meter.handleCommand(performance.now());
      void begin(video);
    },
    seek: (toSec) => {
      const video = element.value;
      if (!video) return;
      video.currentTime = Math.min(Math.max(0, toSec), Number.isFinite(video.duration) ? video.duration : toSec);
      currentSec.value = video.currentTime;
    },
    setRate: (next) => {
      rate.value = next;
      if (element.value) element.value.playbackRate = next;
    },
    retry: () => void open(currentSec.value),
  };
};
