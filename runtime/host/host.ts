/**
 * The host: everything behind the doors. It owns one data folder (its lock), runs the supervisor, and answers the control contract. It
 * does no heavy work, and it lives on whatever happens to its children.
 *
 *   createHost ── lock ── log ── settings, supervisor ── handlers ── dispatcher
 *        │
 *        ├── client        for the door in this process
 *        ├── core          for sockets (openControlDoor, openWebDoor)
 *        └── close()       calls end, children stop in reverse order, cluster.json goes, doors close, the lock goes
 */
import type { ChildRole } from '../contract/child.ts';
import type { ClusterFile } from '../contract/cluster-file.ts';
import type { ClusterStatus, LaunchOptions } from '../contract/control/cluster.ts';
import type { ControlClient } from '../contract/control/index.ts';
import type { SystemInfo } from '../contract/control/system.ts';
import { VStackError } from '../contract/errors.ts';
import { VERSION } from '../contract/version.ts';
import { systemClock, type Clock } from '../platform/clock.ts';
import { dataFolderChoice, type DataFolderChoice } from '../platform/data-dir.ts';
import { tryFileLock } from '../platform/file-lock.ts';
import { joinPath, makeDirectory } from '../platform/files.ts';
import { createHttpClient } from '../platform/http/client.ts';
import { createLogger } from '../platform/log.ts';
import { chooseNodePath } from '../platform/process/environment.ts';
import { createNodeStarter } from '../platform/process/node-starter.ts';
import type { Starter } from '../platform/process/starter.ts';
import { openFolder, systemFacts } from '../platform/system.ts';
import type { SupervisorEvent } from '../supervisor/api.ts';
import type { LaunchRequest } from '../supervisor/child-configs.ts';
import { createSupervisor } from '../supervisor/supervisor.ts';
import { createHostComparison } from './comparison/host-comparison.ts';
import { createDispatcher, type Handlers } from './dispatcher.ts';
import type { HostCore } from './door/control-door.ts';
import { clusterHandlers, launchRequestOf } from './domains/cluster.ts';
import { logHandlers } from './domains/logs.ts';
import { happeningHandlers } from './domains/happenings.ts';
import { metricHandlers } from './domains/metrics.ts';
import { nodeHandlers } from './domains/nodes.ts';
import { playbackHandlers } from './domains/playback.ts';
import { rebuildHandlers } from './domains/rebuild.ts';
import { settingsHandlers } from './domains/settings.ts';
import { nodeFolderOf, systemHandlers } from './domains/system.ts';
import { uploadHandlers } from './domains/uploads.ts';
import { manifestFrom, videoHandlers } from './domains/videos.ts';
import { createEventHub } from './event-hub.ts';
import { openHostHappenings } from './happenings/happenings.ts';
import { tellVideos } from './happenings/tell-videos.ts';
import { inProcessClient } from './in-process-client.ts';
import { createLogStore } from './log-store.ts';
import { openHostNetwork } from './network/host-network.ts';
import { createSessionBook, type SessionBook } from './playback/session-book.ts';
import { openRecorder } from './metrics/recorder.ts';
import { createProgramFacts } from './program-facts.ts';
import { createServices } from './services.ts';
import { openSettings } from './settings-store.ts';
import { createThrottle } from './throttle.ts';
import { createThumbnails } from './thumbnails.ts';
import { createUploadWatch } from './upload-watch.ts';
import { createVideoDownloads } from './video-downloads.ts';

/** The whole status is sent at most so often, however much happens at once. */
export const STATUS_MS_MIN = 250;

/** What moves all the time (CPU, memory) is sent once a second. */
export const STATUS_MS_STEADY = 1000;

/** The answer to `system:shutdown` gets this long to leave before the host goes. */
const LAST_ANSWER_MS = 50;

export interface HostOptions {
  /** Absolute path; created if it does not exist. */
  dataDir: string;
  door: SystemInfo['door'];
  /** The built program of each role, absolute paths. */
  entries: Readonly<Record<ChildRole, string>>;
  projectRoot?: string;
  /** Electron's `process.resourcesPath`, where a packaged application ships Node. */
  resourcesPath?: string;
  samplePath?: string;
  /** Further settings of the services, for benchmarks and tests. */
  tuning?: LaunchRequest['tuning'];
  /** @default real processes on the Node that `chooseNodePath` finds */
  starter?: Starter;
  /** Shows a folder to the person. @default the desktop's file manager */
  openFolder?: (path: string) => Promise<boolean>;
  /** Where the choice of the next start's data folder is kept. @default the program's configuration of this person */
  dataFolder?: DataFolderChoice;
  /** @default systemClock */
  clock?: Clock;
  /** Checks answers against the contract too. @default false */
  parseOutput?: boolean;
}

/** A way in that others may use: named in cluster.json, closed with the host. */
export interface OpenDoor {
  /** The page without its token; null when this door serves none. */
  url: string | null;
  controlUrl: string;
  close(): Promise<void>;
}

export interface Host {
  readonly dataDir: string;
  readonly core: HostCore;
  readonly client: ControlClient;
  /** Playback sessions of every door. */
  readonly sessions: SessionBook;
  /** Opens the control socket; also the bearer token of every service. */
  readonly clusterSecret: string;
  /** Where `POST /upload` is passed on to. @throws VStackError not_running */
  uploadTarget(): { url: string; secret: string };
  /** cluster.json as it stands on disk. */
  clusterFile(): ClusterFile;
  /** Resolves with what closes this door again, before the host does. */
  addDoor(door: OpenDoor): Promise<() => Promise<void>>;
  /** Resolves when the host has closed, whoever asked for it. */
  readonly closed: Promise<void>;
  /** Within 5 s, in any state. */
  close(): Promise<void>;
}

/** @throws VStackError already_running when another process is this data folder's host */
export const createHost = async (options: HostOptions): Promise<Host> => {
  const { dataDir, door, clock = systemClock } = options;
  await makeDirectory(dataDir);
  const lock = tryFileLock(joinPath(dataDir, 'host.lock'));
  if (!lock) throw new VStackError('already_running', `A host runs in ${dataDir} already. Attach to it, or choose another data folder.`);
  try {
    return await assemble(options, { dataDir, door, clock }, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
};

const assemble = async (
  options: HostOptions,
  { dataDir, door, clock }: { dataDir: string; door: SystemInfo['door']; clock: Clock },
  lock: { release(): void },
): Promise<Host> => {
  const events = createEventHub((name, error) => log.error({ err: error, event: name }, 'a listener of an event failed'));
  const logs = createLogStore(clock, (data) => events.emit('logs:lines', data));
  const log = createLogger({ component: 'host', file: joinPath(dataDir, 'logs', 'host.log'), onLine: (line) => logs.add('host', [line]) });
  const settings = await openSettings(joinPath(dataDir, 'settings.json'));
  const starter =
    options.starter ??
    createNodeStarter({
      nodePath: chooseNodePath({
        ...(options.projectRoot !== undefined && { projectRoot: options.projectRoot }),
        ...(options.resourcesPath !== undefined && { resourcesPath: options.resourcesPath }),
      }),
    });

  const statusThrottle = createThrottle(clock, STATUS_MS_MIN, () => events.emit('cluster:changed', supervisor.status()));
  const beatThrottle = createThrottle(clock, STATUS_MS_STEADY, statusThrottle.request);
  let wasUploaderReady = false;
  const onEvent = (event: SupervisorEvent): void => {
    // Uploads may also be sent straight to the uploader: whatever it says, something may have moved there.
    if ((event.kind === 'log' || event.kind === 'child-event') && event.name === 'uploader') uploads.kick();
    recorder.take(event);
    if (event.kind === 'changed') happenings.takeStatus(supervisor.status());
    network.take(event);
    if (event.kind === 'log') return logs.add(event.name, event.lines, event.droppedCount);
    if (event.kind === 'child-event' || event.kind === 'wanted' || event.kind === 'links') return;
    if (event.kind === 'beat') return beatThrottle.request();
    statusThrottle.request();
    const isUploaderReady = supervisor.status().uploaderUrl !== null;
    // An uploader that has just come up resumes what it had begun; videos may have been collected while no host looked.
    if (isUploaderReady && !wasUploaderReady) {
      uploads.kick();
      thumbnails.sweep();
    }
    wasUploaderReady = isUploaderReady;
  };
  const supervisor = await createSupervisor({ dataDir, hostPid: systemFacts().pid, entries: options.entries, starter, onEvent, clock, log });
  const { clusterSecret } = supervisor.keys;
  const http = createHttpClient({ secret: clusterSecret });
  const services = createServices(http, () => supervisor.status());
  const uploads = createUploadWatch(services, events, clock);
  const downloads = createVideoDownloads(clock, manifestFrom(services));
  const thumbnails = createThumbnails(joinPath(dataDir, 'thumbnails'), services, clock, (error) => log.debug({ err: error }, 'pictures of deleted videos are taken away later'));
  const happenings = await openHostHappenings({ file: joinPath(dataDir, 'metrics', 'happenings.jsonl'), clock, log, events, tellStatus: statusThrottle.now });
  happenings.takeStatus(supervisor.status());
  const sessions = createSessionBook({
    clock,
    onChange: (session) => events.emit('playback:changed', session),
    onStall: happenings.takeStall,
    onFailOver: happenings.takeFailOver,
  });
  const recorder = await openRecorder({ folder: joinPath(dataDir, 'metrics'), clock, events, log, http, status: () => supervisor.status(), latestPlayback: sessions.sample });
  const network = await openHostNetwork({ file: joinPath(dataDir, 'network.json'), supervisor, events, happenings, clock });

  const comparison = createHostComparison({
    folder: joinPath(dataDir, 'reports'), projectRoot: options.projectRoot, supervisor, network: network.network, events, clock, log, client: () => client, report: sessions.report,
  });

  let lastRequest: LaunchRequest | undefined;
  const defaults = { settings, topologyFile: supervisor.paths.topologyFile, tuning: options.tuning };
  const launch = async (wish: LaunchOptions, signal: AbortSignal): Promise<ClusterStatus> => {
    const request = await launchRequestOf(wish, defaults);
    lastRequest = request;
    return supervisor.launch(request, signal);
  };
  const dataFolder = options.dataFolder ?? dataFolderChoice();
  const { entries, projectRoot, samplePath } = options;
  const program = createProgramFacts({ dataDir, door, entries, projectRoot, samplePath, clock, supervisor, settings, logs, dataFolder });
  const handlers: Handlers = {
    ...clusterHandlers(supervisor, launch),
    ...nodeHandlers(supervisor),
    ...rebuildHandlers({ supervisor, services, clock, request: async () => lastRequest ?? launchRequestOf({}, defaults) }),
    ...logHandlers(logs),
    ...tellVideos(videoHandlers({ services, events, thumbnails, downloads, clock, dataDir }), services, happenings),
    ...uploadHandlers(services, uploads, options.samplePath),
    ...settingsHandlers(settings, events),
    ...metricHandlers(recorder),
    ...playbackHandlers(sessions),
    ...comparison.guard(network.handlers),
    ...comparison.handlers,
    ...happeningHandlers(happenings),
    ...systemHandlers({
      ...program,
      nodeFolder: (nodeId) => nodeFolderOf(supervisor.status(), nodeId),
      dataFolder,
      openFolder: options.openFolder ?? openFolder,
      shutDown: () => void clock.after(LAST_ANSWER_MS, () => void close()),
    }),
  };
  const dispatcher = createDispatcher(handlers, {
    parseOutput: options.parseOutput ?? false,
    onUnexpected: (name, error) => log.error({ err: error, call: name }, 'a call failed unexpectedly'),
  });

  const client = inProcessClient(dispatcher, events);

  const doors: OpenDoor[] = [];
  /** The youngest socket, and the youngest page: not every door has one. */
  const nameDoors = (): Promise<void> =>
    supervisor.setDoors({ webUrl: doors.findLast(({ url }) => url !== null)?.url ?? null, controlUrl: doors.at(-1)?.controlUrl ?? null });
  const closed = Promise.withResolvers<void>();
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    log.info('host is closing');
    dispatcher.close();
    uploads.stop();
    thumbnails.stop();
    // It sets links back while they still are there; children that end meanwhile end it as well.
    const comparing = comparison.close();
    network.close();
    try {
      await supervisor.close();
    } catch (error) {
      log.error({ err: error }, 'the cluster did not end in order');
    }
    await Promise.allSettled([comparing, recorder.close(), happenings.close()]);
    beatThrottle.cancel();
    statusThrottle.cancel();
    http.close();
    await Promise.allSettled(doors.map((open) => open.close()));
    logs.flush();
    events.clear();
    lock.release();
    closed.resolve();
  };
  const close = (): Promise<void> => (closing ??= closeAll());

  log.info({ version: VERSION, door, dataDir }, 'host is running');
  return {
    dataDir,
    core: { dispatcher, events, downloads, measuring: recorder, clock, log, version: VERSION, door },
    client,
    sessions,
    clusterSecret,
    uploadTarget() {
      const { uploaderUrl } = supervisor.status();
      if (uploaderUrl === null) throw new VStackError('not_running', 'The uploader is not running. Launch the cluster, then upload again.');
      uploads.kick();
      return { url: uploaderUrl, secret: clusterSecret };
    },
    clusterFile: () => supervisor.clusterFile(),
    async addDoor(open) {
      doors.push(open);
      await nameDoors();
      return async () => {
        doors.splice(doors.indexOf(open), 1);
        await nameDoors();
        await open.close();
      };
    },
    closed: closed.promise,
    close,
  };
};
