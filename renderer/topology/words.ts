/** The picture of the cluster in words, for those who do not see it. */
import type { ChildStatus } from '../../runtime/contract/control/cluster.ts';
import type { NodeSample } from '../../runtime/contract/control/metrics.ts';
import { bytes, bytesRate, megabits, NOTHING, percent, type Quantity } from '../format/quantity.ts';
import { childLooks } from '../theme/status.ts';

const BITS_PER_BYTE = 8;

/** Links are told in bits, as networks are. */
export const linkRate = (bytesPerSecond: number | null | undefined): Quantity => megabits(bytesPerSecond == null ? null : bytesPerSecond * BITS_PER_BYTE);

/** A ping on one machine takes less than a millisecond; over a slowed link hundreds. */
export const pingTime = (ms: number | null | undefined): Quantity => (ms == null ? { value: NOTHING, unit: '' } : { value: ms < 10 ? ms.toFixed(1) : ms.toFixed(0), unit: 'ms' });

const text = ({ value, unit }: Quantity): string => (unit ? `${value} ${unit}` : value);
const known = (label: string, quantity: Quantity): string[] => (quantity.unit === '' ? [] : [`${label} ${text(quantity)}`]);

/** One sentence about a node and what flows through its link. What is not measured is not mentioned; `link` says how it is set, if it is. */
export const nodeWords = (node: ChildStatus, sample: NodeSample | undefined, link = ''): string =>
  [
    `${node.name}, ${childLooks[node.phase].word.toLowerCase()}`,
    ...(node.problem ? [node.problem] : []),
    ...(link ? [`link ${link}`] : []),
    ...known('sends', linkRate(sample?.readBytesPerSecond)),
    ...known('receives', linkRate(sample?.writtenBytesPerSecond)),
    ...known('with metadata', bytesRate(sample?.metadataBytesPerSecond ?? null)),
    ...known('ping', pingTime(sample?.pingMs)),
    ...known('CPU', percent(node.cpuPercent)),
    ...known('disk', bytes(node.diskUsedBytes)),
  ].join(', ');
