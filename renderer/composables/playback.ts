/** One video on one media element: opens it, follows it, measures it. Everything stops with the scope. */
import { useEventListener, useIntervalFn } from '@vueuse/core';
import { onScopeDispose, type Ref, shallowRef, type ShallowRef, watch } from 'vue';
import { type ChunkReport, createChunkSource, type ChunkSource } from '../../runtime/client/chunk-source.ts';
import type { Manifest } from '../../runtime/contract/wire/metadata.ts';
import { bufferedAheadSec, type Range, rangesOf } from '../playback/buffer.ts';
import type { Engine } from '../playback/engine.ts';
import { createPlaybackMeter, type PlaybackFigures, type PlaybackMeter } from '../playback/meter.ts';
import { useVideoStore } from '../stores/videos.ts';

export type PlaybackPhase = 'opening' | 'buffering' | 'ready' | 'playing' | 'paused' | 'stalled' | 'ended' | 'failed';

/** A fetch of a chunk, numbered: the same chunk may be fetched twice. */
export interface HistoryEntry extends ChunkReport {
  id: number;
}

export interface Playback {
  phase: Readonly<ShallowRef<PlaybackPhase>>;
  /** Why it failed. */
  failure: Readonly<ShallowRef<string | null>>;
  manifest: Readonly<ShallowRef<Manifest | null>>;
  currentSec: Readonly<ShallowRef<number>>;
  ranges: Readonly<ShallowRef<readonly Range[]>>;
  aheadSec: Readonly<ShallowRef<number>>;
  figures: Readonly<ShallowRef<PlaybackFigures>>;
  /** The latest report of each chunk that was fetched, by sequence. */
  reports: Readonly<ShallowRef<ReadonlyMap<number, ChunkReport>>>;
  /** All reports of this session, youngest first, bounded. */
  history: Readonly<ShallowRef<readonly HistoryEntry[]>>;
  toggle(): void;
  seek(toSec: number): void;
  /** Opens again where it stopped. */
  retry(): void;
}

const HISTORY_MAX = 100;
/** Figures move at this pace: fast enough to live, slow enough to read. */
const SAMPLE_MS = 500;
/** A view counts once this much has been played. */
const VIEW_MS = 10_000;
const NO_FIGURES: PlaybackFigures = { startupMs: null, stallCount: 0, stalledMs: 0, playedMs: 0 };

export const usePlayback = (element: Readonly<Ref<HTMLVideoElement | null>>, videoId: () => string): Playback => {
  const videos = useVideoStore();
  const phase = shallowRef<PlaybackPhase>('opening');
  const failure = shallowRef<string | null>(null);
  const manifest = shallowRef<Manifest | null>(null);
  const currentSec = shallowRef(0);
  const ranges = shallowRef<readonly Range[]>([]);
  const aheadSec = shallowRef(0);
  const figures = shallowRef(NO_FIGURES);
  const reports = shallowRef<ReadonlyMap<number, ChunkReport>>(new Map());
  const history = shallowRef<readonly HistoryEntry[]>([]);
  let entryIdNext = 1;

  let source: ChunkSource | undefined;
  let engine: Engine | undefined;
  let meter: PlaybackMeter = createPlaybackMeter(performance.now());
  let isViewCounted = false;
  /** Counts openings, so that one that was overtaken changes nothing any more. */
  let opening = 0;

  const close = (): void => {
    opening++;
    engine?.destroy();
    source?.close();
    engine = source = undefined;
  };
  const fail = (reason: string): void => {
    failure.value = reason;
    phase.value = 'failed';
    element.value?.pause();
  };
  const begin = async (video: HTMLVideoElement): Promise<void> => {
    try {
      await video.play();
    } catch {
      // Browsers refuse sound without a gesture; the play button then is the gesture.
      if (video.paused && phase.value === 'buffering') phase.value = 'ready';
    }
  };
  const handleReport = (report: ChunkReport): void => {
    reports.value = new Map(reports.value).set(report.chunk.sequence_num, report);
    history.value = [{ ...report, id: entryIdNext++ }, ...history.value].slice(0, HISTORY_MAX);
  };

  const open = async (startSec: number): Promise<void> => {
    close();
    const mine = opening;
    const id = videoId();
    const video = element.value;
    if (!video) return;
    failure.value = null;
    phase.value = 'opening';
    meter = createPlaybackMeter(performance.now());
    try {
      const [opened, { startEngine }] = await Promise.all([videos.manifestOf(id), import('../playback/engine.ts')]);
      if (mine !== opening) return;
      manifest.value = opened;
      source = createChunkSource({ manifest: opened, refresh: () => videos.manifestOf(id), onChunk: handleReport });
      phase.value = 'buffering';
      engine = startEngine({ video, source, startSec, onReady: () => void begin(video), onFailure: fail });
    } catch (error) {
      if (mine === opening) fail(error instanceof Error ? error.message : String(error));
    }
  };

  const sample = (): void => {
    const video = element.value;
    if (!video) return;
    currentSec.value = video.currentTime;
    ranges.value = rangesOf(video.buffered);
    aheadSec.value = bufferedAheadSec(ranges.value, video.currentTime);
    figures.value = meter.figures(performance.now());
    if (isViewCounted || figures.value.playedMs < VIEW_MS) return;
    isViewCounted = true;
    // A view that could not be counted is not worth disturbing the person who watches.
    void videos.countView(videoId()).catch(() => undefined);
  };

  const isFailed = (): boolean => phase.value === 'failed';
  const follow = (name: keyof HTMLMediaElementEventMap, react: (video: HTMLVideoElement) => void): void => {
    useEventListener(element, name, () => {
      if (element.value && !isFailed()) react(element.value);
    });
  };
  follow('playing', () => {
    meter.handlePlaying(performance.now());
    phase.value = 'playing';
  });
  follow('waiting', (video) => {
    meter.handleWaiting(performance.now(), video.seeking);
    if (phase.value === 'playing') phase.value = 'stalled';
  });
  follow('pause', () => {
    meter.handlePause(performance.now());
    if (phase.value === 'playing' || phase.value === 'stalled') phase.value = 'paused';
  });
  follow('ended', () => (phase.value = 'ended'));
  follow('timeupdate', sample);
  follow('seeking', sample);
  useIntervalFn(sample, SAMPLE_MS);

  watch([element, videoId], () => {
    reports.value = new Map();
    history.value = [];
    isViewCounted = false;
    void open(0);
  }, { immediate: true, flush: 'post' });
  onScopeDispose(close);

  return {
    phase, failure, manifest, currentSec, ranges, aheadSec, figures, reports, history,
    toggle: () => {
      const video = element.value;
      if (!video || isFailed()) return;
      if (video.paused) void begin(video);
      else video.pause();
    },
    seek: (toSec) => {
      const video = element.value;
      if (!video) return;
      video.currentTime = Math.min(Math.max(0, toSec), Number.isFinite(video.duration) ? video.duration : toSec);
      currentSec.value = video.currentTime;
    },
    retry: () => void open(currentSec.value),
  };
};
