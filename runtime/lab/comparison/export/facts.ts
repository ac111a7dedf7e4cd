/** What every face of a report says of its conditions. */
import type { ComparisonReport } from '../../../contract/comparison.ts';
import { linkText } from '../../../contract/link-words.ts';
import { formatCount, nameOf } from '../words.ts';

const GIB = 2 ** 30;

export const timeModeText = (report: ComparisonReport): string =>
  report.timeMode === 'real'
    ? 'Real processes, real sockets, real time.'
    : 'VIRTUAL TIME: simulated nodes and links under the same client cores and link model; no process and no socket was involved.';

export const methodText = ({ plan, timeMode }: ComparisonReport): string =>
  `Blocks of one session per client, ${plan.sessionSec} s each, one after the other, in an order that changes from block to block; same video, seed, victim and time of the fault within a block; ` +
  `one warm-up block that is not counted${timeMode === 'real' ? '; links normal and quiet between sessions' : ''}. Intervals: percentile bootstrap over blocks, 95 %. p: Wilcoxon signed-rank, two-sided.`;

/** Label and value, in the order in which they are read. */
export const factsOf = (report: ComparisonReport): [label: string, value: string][] => {
  const { plan, condition, machine, links, timeMode, createdAtMs, blockCount, settings, nodeIds } = report;
  return [
    ['Condition', `${condition.name}: ${condition.description}`],
    ['Time', timeModeText(report)],
    ['Links', linkText(links.base)],
    ...(links.victim ? ([['Link of the victim', linkText(links.victim)]] as [string, string][]) : []),
    ['Clients', plan.clients.map(nameOf).join(', ')],
    ['Sample', `${formatCount(blockCount, 'block')} of ${plan.blockCount} planned, sessions of ${plan.sessionSec} s, seed ${plan.seed}`],
    ['Video', `${plan.videoTitle} (${plan.videoId}), ${plan.videoDurationSec.toFixed(0)} s, ${(plan.videoBytes / 1e6).toFixed(1)} MB`],
    ['Nodes', nodeIds.join(', ')],
    ['Settings', Object.entries(settings).map(([name, value]) => `${name}: ${String(value)}`).join(', ') || '–'],
    ['Machine', `${machine.cpuCount} × ${machine.cpuModel}, ${(machine.memoryBytes / GIB).toFixed(0)} GiB, ${machine.platform} ${machine.osRelease}, Node ${machine.nodeVersion}`],
    ['Program', `V-Stack Control Center ${machine.version}${machine.commit ? `, commit ${machine.commit.slice(0, 12)}` : ''}${timeMode === 'virtual' ? ', virtual time' : ''}`],
    ['Created', new Date(createdAtMs).toISOString().slice(0, 19).replace('T', ' ') + ' UTC'],
  ];
};

export const titleOf = ({ condition, timeMode }: ComparisonReport): string => `Smart vs naive: ${condition.name}${timeMode === 'virtual' ? ' (virtual time)' : ''}`;
