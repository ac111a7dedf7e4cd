/** Smart vs naive: comparisons, their reports, and the demo. */
import { CLIENT_KINDS } from '../../contract/client-kind.ts';
import { clientTexts, comparisonConditions } from '../../lab/comparison/conditions.ts';
import { exportReport } from '../../lab/comparison/export/export.ts';
import type { Comparisons } from '../comparison/comparisons.ts';
import type { Demo } from '../comparison/demo.ts';
import type { ReportStore } from '../comparison/reports.ts';
import type { Handlers } from '../dispatcher.ts';
import type { EventHub } from '../event-hub.ts';

export interface ComparisonDomain {
  comparisons: Comparisons;
  demo: Demo;
  reports: ReportStore;
  events: EventHub;
}

export const comparisonHandlers = ({ comparisons, demo, reports, events }: ComparisonDomain) =>
  ({
    'comparison:conditions': () => ({ conditions: [...comparisonConditions], clients: CLIENT_KINDS.map((id) => ({ id, ...clientTexts[id] })) }),
    'comparison:start': (wish) => comparisons.start(wish),
    'comparison:stop': () => comparisons.stop(),
    'comparison:status': () => comparisons.status(),
    'comparison:reports': async ({ limit }) => ({ reports: await reports.list(limit) }),
    'comparison:report': ({ id }) => reports.get(id),
    'comparison:delete-report': async ({ id }) => {
      await reports.remove(id);
      events.emit('comparison:library', {});
      return {};
    },
    'comparison:export': async ({ id, format }) => exportReport(await reports.get(id), format),
    'demo:start': ({ videoId }) => demo.start(videoId),
    'demo:stop': () => demo.stop(),
    'demo:status': () => demo.status(),
  }) satisfies Partial<Handlers>;
