/** Comparison and demo of a host, put together. */
import type { ControlClient } from '../../contract/control/index.ts';
import type { PlaybackReport } from '../../contract/control/playback.ts';
import { VStackError } from '../../contract/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import { systemRandom } from '../../platform/random.ts';
import type { Supervisor } from '../../supervisor/api.ts';
import type { Handlers } from '../dispatcher.ts';
import { comparisonHandlers } from '../domains/comparison.ts';
import type { EventHub } from '../event-hub.ts';
import type { Network } from '../network/network.ts';
import { createComparisons } from './comparisons.ts';
import { createDemo } from './demo.ts';
import { createField } from './field.ts';
import { machineFingerprint } from './fingerprint.ts';
import { createLabWorkers, openLabWorker } from './lab-worker.ts';
import { createReportStore } from './reports.ts';
import { createTurn } from './turn.ts';
import { comparisonVideo } from './video.ts';

export interface HostComparisonParts {
  /** Holds the saved reports. */
  folder: string;
  projectRoot: string | undefined;
  supervisor: Supervisor;
  network: Network;
  events: EventHub;
  clock: Clock;
  log: Logger;
  /** The host's own calls; asked late, because they are made of these handlers too. */
  client(): Pick<ControlClient, 'call'>;
  report(report: PlaybackReport): void;
}

export interface HostComparison {
  handlers: ReturnType<typeof comparisonHandlers>;
  /** The network's calls, kept from changing what is being measured; "back to normal" ends it instead. */
  guard(handlers: NetworkHandlers): NetworkHandlers;
  close(): Promise<void>;
}

type NetworkCall = Extract<keyof Handlers, `network:${string}` | `scenarios:${string}`>;
type NetworkHandlers = Pick<Handlers, NetworkCall>;

export const createHostComparison = ({ folder, projectRoot, supervisor, network, events, clock, log, client, report }: HostComparisonParts): HostComparison => {
  const turn = createTurn();
  const field = createField({ supervisor, clock });
  const workers = createLabWorkers(() => openLabWorker(supervisor, supervisor.keys.clusterSecret));
  const reports = createReportStore(folder, log);
  const isScenarioPlaying = (): boolean => network.status().run?.phase === 'running';
  const metadataUrl = (): string => {
    const url = supervisor.status().metadataUrl;
    if (url === null) throw new VStackError('not_running', 'The metadata service is not running, so nobody knows where chunks are. Wait until it is ready again.');
    return url;
  };
  const video = (videoId: string | undefined, signal: AbortSignal) => comparisonVideo(videoId, { client: client(), clock }, signal);
  const shared = { field, workers, turn, events, clock, random: systemRandom, log, video, metadataUrl, isScenarioPlaying };
  const comparisons = createComparisons({ ...shared, reports, machine: () => machineFingerprint(projectRoot), mute: network.mute });
  const demo = createDemo({ ...shared, play: network.play, stopPlaying: network.stopRun, report });

  const refuse = (): void => {
    const holder = turn.holder();
    if (holder !== null) throw new VStackError('conflict', `${holder} sets the links at the moment; what was changed now would be measured. Stop it first (“Back to normal” does).`);
  };

  return {
    handlers: comparisonHandlers({ comparisons, demo, reports, events }),
    guard: (handlers) => ({
      ...handlers,
      'network:set': (input, context) => {
        refuse();
        return handlers['network:set'](input, context);
      },
      'network:apply-profile': (input, context) => {
        refuse();
        return handlers['network:apply-profile'](input, context);
      },
      'scenarios:run': (input, context) => {
        refuse();
        return handlers['scenarios:run'](input, context);
      },
      'network:reset': async (input, context) => {
        await Promise.all([comparisons.stop(), demo.stop()]);
        return handlers['network:reset'](input, context);
      },
      'scenarios:stop': async (input, context) => {
        // The scenario that plays may be one of the demo.
        await demo.stop();
        return handlers['scenarios:stop'](input, context);
      },
    }),
    close: async () => {
      await Promise.all([comparisons.close(), demo.close()]);
    },
  };
};
