/** Ties the stores to the bridge: events are applied as they come, and after every (re)connection everything is asked for anew. */
import { watch } from 'vue';
import type { ChildRole } from '../../runtime/contract/child.ts';
import type { Bridge } from '../bridge/bridge.ts';
import { useClusterStore } from './cluster.ts';
import { useComparisonStore } from './comparison.ts';
import { useConnectionStore } from './connection.ts';
import { useDemoStore } from './demo.ts';
import { useEventStore } from './events.ts';
import { useNetworkStore } from './network.ts';
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
  const events = useEventStore();
  const comparison = useComparisonStore();
  const demo = useDemoStore();
  const network = useNetworkStore();
  const toasts = useToastStore();

  const isServing = (role: ChildRole): boolean =>
    cluster.isRunning && cluster.children.some((child) => child.role === role && (child.phase === 'ready' || child.phase === 'degraded'));
  /** Who lists what: without its service there is nobody to ask, and the list is asked for when it serves (again). */
  const lists: readonly { role: ChildRole; failed: string; hydrate: () => Promise<void> }[] = [
    { role: 'metadata', failed: 'The videos could not be listed', hydrate: videos.hydrate },
    { role: 'uploader', failed: 'The uploads could not be listed', hydrate: uploads.hydrate },
  ];
  const fill = async ({ role, failed, hydrate: ask }: (typeof lists)[number]): Promise<void> => {
    if (!isServing(role)) return;
    try {
      await ask();
    } catch (error) {
      // A connection that broke asks again when it is back; only other failures are news.
      if (bridge.state.phase === 'open') toasts.fail(failed, error);
    }
  };
  /** What another run of the host has told is not continued: its numbers begin anew. */
  let hostStartedAtMs: number | undefined;
  const forgetEarlierHost = (): void => {
    const startedAtMs = connection.info?.startedAtMs;
    if (hostStartedAtMs !== undefined && startedAtMs !== hostStartedAtMs) for (const store of [videos, uploads, playback, comparison, demo, network]) store.reset();
    hostStartedAtMs = startedAtMs;
  };
  /** Until everything is asked through, the lists are about to be asked for anyway. */
  let isHydrating = false;
  const hydrate = async (): Promise<void> => {
    isHydrating = true;
    try {
      await connection.hydrate();
      forgetEarlierHost();
      // What played before can wait for the next report, and a host that cannot tell what happened still tells what is.
      void playback.hydrate().catch(() => undefined);
      void events.hydrate().catch(() => undefined);
      void demo.hydrate().catch(() => undefined);
      void network.hydrate();
      await Promise.all([cluster.hydrate(), settings.hydrate()]);
      isHydrating = false;
      // A service that does not answer keeps its own list from being shown, and nothing else.
      await Promise.all(lists.map(fill));
      connection.markFresh();
    } catch (error) {
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
    // Whatever tells first that a service has come up, an event or the answer to a launch, its list is asked for.
    ...lists.map((list) => watch(() => isServing(list.role), () => void (isHydrating || fill(list)), { flush: 'sync' })),
    bridge.on('videos:changed', () => videos.apply()),
    bridge.on('uploads:changed', ({ uploads: changed }) => uploads.apply(changed)),
    bridge.on('settings:changed', (next) => settings.apply(next)),
    bridge.on('playback:changed', (session) => playback.apply(session)),
    bridge.on('demo:changed', (status) => demo.apply(status)),
    bridge.on('events:added', ({ events: added }) => events.apply(added)),
    bridge.on('network:changed', (status) => network.apply(status)),
    // Profiles that cannot be read now are read when the network is next looked at.
    bridge.on('network:library', () => void network.hydrateLibrary().catch(() => undefined)),
  ];
  connection.apply(bridge.state);
  if (bridge.state.phase === 'open') void hydrate();
  return () => stops.forEach((stop) => stop());
};
