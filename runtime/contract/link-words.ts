/** A link's settings as people say them, in every door. Without a schema, which the page would carry along. */
import type { LinkDirection, LinkSettings, Loss } from './link.ts';
import { meanLoss } from './link-settings.ts';
import { SECOND_MS } from './units.ts';

const KBIT = 1_000;
const MBIT = 1_000_000;
const GBIT = 1_000_000_000;

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** `5 Mbit/s`, `768 kbit/s`. */
export const rateText = (bitsPerSecond: number | null): string => {
  if (bitsPerSecond === null) return 'unlimited';
  if (bitsPerSecond >= GBIT) return `${short(bitsPerSecond / GBIT)} Gbit/s`;
  return bitsPerSecond >= MBIT ? `${short(bitsPerSecond / MBIT)} Mbit/s` : `${short(bitsPerSecond / KBIT)} kbit/s`;
};

export const shareText = (share: number): string => `${short(share * 100)} %`;

/** `150 ± 50 ms`: the added round trip. */
export const roundTripText = ({ toNode, toClient }: Pick<LinkSettings, 'toNode' | 'toClient'>): string => {
  const rttMs = toNode.latencyMs + toClient.latencyMs;
  const jitterMs = toNode.jitterMs + toClient.jitterMs;
  return `${short(rttMs)}${jitterMs > 0 ? ` ± ${short(jitterMs)}` : ''} ms`;
};

export const lossText = (loss: Loss): string => `${shareText(meanLoss(loss))} loss${loss.model === 'gilbert-elliott' ? ' in bursts' : ''}`;

const bothWays = (settings: LinkSettings, textOf: (direction: LinkDirection) => string | undefined): string[] => {
  const [up, down] = [textOf(settings.toNode), textOf(settings.toClient)];
  if (up === down) return down === undefined ? [] : [down];
  return [...(down === undefined ? [] : [`${down} down`]), ...(up === undefined ? [] : [`${up} up`])];
};

export const partitionText: Readonly<Record<LinkSettings['partition'], string | undefined>> = {
  none: undefined,
  'to-node': 'nothing passes to the node',
  'to-client': 'nothing passes to clients',
  both: 'nothing passes either way',
};

/** `150 ± 50 ms, 40 Mbit/s down, 1 Mbit/s up, 5 % loss`; what is as it normally is, is not mentioned. */
export const linkText = (settings: LinkSettings): string => {
  if (settings.isFailed) return 'refuses and resets connections';
  const { toNode, toClient, partition, resetShare, slowCloseMs } = settings;
  const partitioned = partitionText[partition];
  return [
    ...(toNode.latencyMs + toClient.latencyMs + toNode.jitterMs + toClient.jitterMs > 0 ? [roundTripText(settings)] : []),
    ...bothWays(settings, ({ bitsPerSecond }) => (bitsPerSecond === null ? undefined : rateText(bitsPerSecond))),
    ...bothWays(settings, ({ loss }) => (meanLoss(loss) === 0 ? undefined : lossText(loss))),
    ...(partitioned === undefined ? [] : [partitioned]),
    ...(resetShare > 0 ? [`${shareText(resetShare)} of connections reset`] : []),
    ...(slowCloseMs > 0 ? [`closes after ${short(slowCloseMs / SECOND_MS)} s`] : []),
  ].join(', ') || 'nothing added';
};
