/** Ties the stores to the bridge: events are applied as they come, and after every (re)connection everything is asked for anew. */
import { watch } from 'vue';
import type { Bridge } from '../bridge/bridge.ts';
import { useClusterStore } from './cluster.ts';
import { useConnectionStore } from './connection.ts';
import { usePlaybackStore } from './playback.ts';
import { useSettingsStore } from './settings.ts';
import { useToastStore } from './toasts.ts';
import { useUploadStore } from './uploads.ts';
import { useVideoStore } from './videos.ts';

/** Returns a function that ends it. */
export const startSession = (bridge: Bridge): (() => void) => {
  const connection = useConnectionStore();
  const cluster = useClusterStore();
  const videos = useVideoStore();
  const uploads = useUploadStore();
  const settings = useSettingsStore();
  const playback = usePlaybackStore();
  const toasts = useToastStore();

  const hydrateVideos = async (): Promise<void> => {
    // Without a cluster there is nobody to ask for videos; the list is asked for when it runs.
    if (cluster.isRunning) await Promise.all([videos.hydrate(), uploads.hydrate()]);
  };
  let isHydrating = false;
  const hydrate = async (): Promise<void> => {
    isHydrating = true;
    try {
      // What played before can wait for the next report; the rest cannot be shown without.
      void playback.hydrate().catch(() => undefined);
      await Promise.all([connection.hydrate(), cluster.hydrate(), settings.hydrate()]);
      await hydrateVideos();
      connection.markFresh();
    } catch (error) {
      // A connection that broke again hydrates again; only other failures are news.
      if (bridge.state.phase === 'open') toasts.fail('The state of the cluster could not be read', error);
    } finally {
      isHydrating = false;
    }
  };

  const stops = [
    bridge.onState((state) => {
      connection.apply(state);
      if (state.phase === 'open') void hydrate();
    }),
    bridge.on('cluster:changed', (status) => cluster.apply(status)),
    // Whatever tells first that a cluster has come up, an event or the answer to a launch, its videos are asked for.
    watch(
      () => cluster.isRunning,
      (isRunning) => {
        if (isRunning && !isHydrating) void hydrateVideos().catch((error: unknown) => toasts.fail('The videos could not be listed', error));
      },
      { flush: 'sync' },
    ),
    bridge.on('videos:changed', () => videos.apply()),
    bridge.on('uploads:changed', ({ uploads: changed }) => uploads.apply(changed)),
    bridge.on('settings:changed', (next) => settings.apply(next)),
    bridge.on('playback:changed', (session) => playback.apply(session)),
  ];
  connection.apply(bridge.state);
  if (bridge.state.phase === 'open') void hydrate();
  return () => stops.forEach((stop) => stop());
};
