/** The network between clients and nodes: how every link is set, by hand, by a profile or by a scenario that plays. */
import type { LinkNodes, NetworkStatus } from '../../contract/control/network.ts';
import type { Scenario } from '../../contract/network.ts';
import type { ClusterPhase } from '../../contract/control/cluster.ts';
import { VStackError } from '../../contract/errors.ts';
import type { LinkChange, LinkSettings } from '../../contract/link.ts';
import { changeLink, isNormalLink, normalLink, profileWith } from '../../contract/link-settings.ts';
import { linkAfter } from '../../core/scenario/link-after.ts';
import type { PlannedStep } from '../../core/scenario/plan.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { Supervisor, SupervisorEvent } from '../../supervisor/api.ts';
import type { EventHub } from '../event-hub.ts';
import type { HappeningStore } from '../happenings/happening-store.ts';
import { createThrottle } from '../throttle.ts';
import { createLinkNews } from './link-news.ts';
import type { NetworkLibrary } from './network-library.ts';
import { overNews, startNews, stepProblemNews } from './scenario-news.ts';
import { createScenarioPlayer } from './scenario-player.ts';

/** Often enough for a slider that somebody else drags. */
export const CHANGED_MS_MIN = 100;
/** Seeds are whole numbers below this. */
const SEED_MAX = 2 ** 31;

export interface NetworkParts {
  supervisor: Pick<Supervisor, 'links' | 'node' | 'status'>;
  library: NetworkLibrary;
  events: EventHub;
  happenings: Pick<HappeningStore, 'add'>;
  clock: Clock;
  /** Chooses the seed of a scenario that is given none. */
  random: Random;
}

export interface Network {
  status(): NetworkStatus;
  /** @throws VStackError not_running, not_found */
  set(nodes: LinkNodes, change: LinkChange): Promise<NetworkStatus>;
  applyProfile(nodes: LinkNodes, profileId: string): Promise<NetworkStatus>;
  /** Nothing running is fine. @throws what could not be set right, after everything else was */
  reset(): Promise<NetworkStatus>;
  /** @throws VStackError not_running, not_found, already_running */
  run(scenarioId: string, seed?: number): Promise<NetworkStatus>;
  /** As `run`, for a scenario that need not be in the library. */
  play(scenario: Scenario, seed: number): Promise<void>;
  stopRun(): Promise<NetworkStatus>;
  /** While somebody sets links many times over and tells of it otherwise, nothing is told here. */
  mute(isMuted: boolean): void;
  /** Everything that the supervisor tells. */
  take(event: SupervisorEvent): void;
  /** Profiles changed, and with them what links are called. */
  takeLibrary(): void;
  close(): void;
}

const GONE: ReadonlySet<ClusterPhase> = new Set<ClusterPhase>(['stopping', 'stopped', 'failed']);

/** Does all of it, then throws the first failure. */
const everyOne = async (work: readonly Promise<unknown>[]): Promise<void> => {
  const failed = (await Promise.allSettled(work)).find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason as Error;
};

export const createNetwork = ({ supervisor, library, events, happenings, clock, random }: NetworkParts): Network => {
  const { links } = supervisor;
  const profileOf = (settings: LinkSettings) => profileWith(settings, library.profiles());

  const status = (): NetworkStatus => ({
    isReady: links.isReady(),
    links: links.list().map((link) => ({ ...link, profileId: profileOf(link.settings)?.id ?? null, isNormal: isNormalLink(link.settings) })),
    run: player.run(),
  });
  const changed = createThrottle(clock, CHANGED_MS_MIN, () => events.emit('network:changed', status()));
  const news = createLinkNews({ clock, links: links.list, profileName: (settings) => profileOf(settings)?.name, add: happenings.add });

  /** @throws VStackError not_running, not_found */
  const setLinks = async (nodes: LinkNodes, settingsFor: (before: LinkSettings) => LinkSettings): Promise<void> => {
    const list = links.list();
    const nodeIds = nodes === 'all' ? list.map(({ nodeId }) => nodeId) : [...new Set(nodes)];
    const settingsOf = (nodeId: string): LinkSettings => list.find((link) => link.nodeId === nodeId)?.settings ?? normalLink;
    await links.set(nodeIds.map((nodeId) => ({ nodeId, settings: settingsFor(settingsOf(nodeId)) })));
  };

  const act = async ({ action, nodeIds }: PlannedStep): Promise<void> => {
    if (action.kind === 'normal' || action.kind === 'profile' || action.kind === 'link') {
      const here = new Set(links.list().map(({ nodeId }) => nodeId));
      const gone = nodeIds.filter((nodeId) => !here.has(nodeId));
      await setLinks(nodeIds.filter((nodeId) => here.has(nodeId)), (before) => linkAfter(before, action, (profileId) => library.profile(profileId).settings)!);
      if (gone.length > 0) throw new VStackError('not_found', `${gone.join(', ')} left the cluster meanwhile.`);
    } else await everyOne(nodeIds.map(async (nodeId) => supervisor.node(nodeId)[action.kind]()));
  };

  const normalise = async (): Promise<void> => {
    const wake = supervisor.status().children.map(async ({ name, role, phase }) => {
      if (role !== 'storage-node') return;
      if (phase === 'paused') await supervisor.node(name).resume();
      // One that is still stopping is started again once it has ended.
      if (phase === 'stopped' || phase === 'stopping') await supervisor.node(name).start();
    });
    const clear = setLinks('all', () => normalLink);
    news.settle();
    await everyOne([clear, ...wake]);
  };

  const player = createScenarioPlayer({
    clock,
    nodeIds: () => links.list().map(({ nodeId }) => nodeId),
    clearLinks: () => setLinks('all', () => normalLink),
    act,
    normalise,
    onChange: changed.request,
    onStart: (run) => happenings.add(startNews(run)),
    onProblem: (run, step) => happenings.add(stepProblemNews(run, step)),
    onOver: (run) => happenings.add(overNews(run)),
  });

  let wasReady = false;
  let isMuted = false;
  return {
    status,
    async set(nodes, change) {
      await setLinks(nodes, (before) => changeLink(before, change));
      return status();
    },
    async applyProfile(nodes, profileId) {
      const { settings } = library.profile(profileId);
      await setLinks(nodes, () => settings);
      return status();
    },
    async reset() {
      const wasPlaying = player.run()?.phase === 'running';
      await player.stop();
      if (!GONE.has(supervisor.status().phase)) {
        await normalise();
        if (!wasPlaying) happenings.add({ kind: 'network-normal', tone: 'ok', subject: null, text: 'The network is back to normal' });
      }
      return status();
    },
    async run(scenarioId, seed = Math.floor(random() * SEED_MAX)) {
      await player.start(library.scenario(scenarioId), seed);
      return status();
    },
    play: (scenario, seed) => player.start(scenario, seed),
    async stopRun() {
      await player.stop();
      return status();
    },
    mute(next) {
      isMuted = next;
      if (!isMuted) news.settle();
    },
    take(event) {
      if (event.kind === 'links') {
        if (!isMuted) news.take();
        changed.request();
      }
      if (event.kind !== 'changed') return;
      if (GONE.has(supervisor.status().phase)) player.abandon('The cluster was stopped meanwhile.');
      if (links.isReady() !== wasReady) changed.request();
      wasReady = links.isReady();
    },
    takeLibrary: changed.request,
    close() {
      player.abandon('The program was ended meanwhile.');
      news.stop();
      changed.cancel();
    },
  };
};
