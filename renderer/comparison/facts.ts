/** What a report rests on, in words. */
import type { ComparisonReport } from '../../runtime/contract/comparison.ts';
import { linkText } from '../../runtime/contract/link-words.ts';
import type { KeyValue } from '../components/key-value.ts';
import { bytes, clock, plural } from '../format/quantity.ts';
import { clientLooks } from '../theme/clients.ts';
import { inText } from './metrics.ts';

export interface FactPart {
  title: string;
  entries: KeyValue[];
}

const fact = (key: string, label: string, value: KeyValue['value'], more: Partial<KeyValue> = {}): KeyValue => ({ key, label, value, ...more });

const faultWords = ({ condition }: ComparisonReport): string => {
  const { fault } = condition;
  if (fault === null) return 'none';
  const { action } = fault;
  const what = { profile: action.kind === 'profile' ? `profile ${action.profileId}` : '', link: 'its link is changed', kill: 'it is killed', pause: 'it stands still' }[action.kind];
  const when = fault.toSec === 0 ? 'before the play command' : `${fault.fromSec} to ${fault.toSec} s after the play command`;
  return `${what}, ${when}`;
};

const UNITS: Readonly<Record<string, string>> = { Ms: 'ms', Sec: 's', Bytes: 'bytes', Percent: '%' };
/** What else could differ, by the name the host gives it: `coolDownMs: 500` reads `Cool down: 500 ms`. */
const settingFact = (name: string, value: string | number | boolean | null): KeyValue => {
  const unit = /[a-z](Ms|Sec|Bytes|Percent)$/.exec(name)?.[1];
  const words = (unit === undefined ? name : name.slice(0, -unit.length)).replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll(/[-_]/g, ' ').toLowerCase();
  const text = value === null ? 'none' : value === true ? 'yes' : value === false ? 'no' : `${value}${unit === undefined ? '' : ` ${UNITS[unit]!}`}`;
  return fact(`setting-${name}`, `${words.charAt(0).toUpperCase()}${words.slice(1)}`, text);
};

export const reportFacts = (report: ComparisonReport): FactPart[] => {
  const { condition, links, plan, machine, nodeIds, settings, timeMode, blockCount } = report;
  return [
    {
      title: 'Condition',
      entries: [
        fact('condition', 'Condition', condition.name),
        fact('description', 'In words', condition.description),
        fact('base', 'Every link', linkText(links.base)),
        fact('victim', 'The victim’s link', links.victim === null ? (condition.fault === null ? 'there is none' : 'as every other') : linkText(links.victim)),
        fact('fault', 'Fault', faultWords(report)),
        fact('nodes', 'Nodes', `${plural(nodeIds.length, 'node')}${condition.fault === null ? '' : '; each is the victim in turn'}`),
      ],
    },
    {
      title: 'Plan',
      entries: [
        fact('time', 'Time', timeMode === 'real' ? 'real: processes, sockets, a clock' : 'virtual: simulated'),
        fact('clients', 'Clients', plan.clients.map((client) => clientLooks[client].name).join(', ')),
        fact('blocks', 'Blocks', `${blockCount} complete of ${plan.blockCount} planned, and one to warm up`),
        fact('session', 'Session', `${plan.sessionSec} s`),
        fact('video', 'Video', `${plan.videoTitle}, ${clock(plan.videoDurationSec * 1000)}, ${inText(bytes(plan.videoBytes))}`),
        fact('seed', 'Seed', plan.seed, { isCopied: true }),
        ...Object.entries(settings).map(([name, value]) => settingFact(name, value)),
      ],
    },
    {
      title: 'Machine',
      entries: [
        fact('cpu', 'Processor', machine.cpuModel),
        fact('cores', 'Cores', machine.cpuCount),
        fact('memory', 'Memory', inText(bytes(machine.memoryBytes))),
        fact('platform', 'System', `${machine.platform}, ${machine.osRelease}`),
        fact('node', 'Node', machine.nodeVersion),
        fact('sqlite', 'SQLite', machine.sqliteVersion),
        ...(machine.electronVersion === null ? [] : [fact('electron', 'Electron', machine.electronVersion)]),
        fact('version', 'V-Stack', machine.version),
        fact('commit', 'Commit', machine.commit, { isCopied: machine.commit !== null }),
      ],
    },
  ];
};
