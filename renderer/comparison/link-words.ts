/** The settings of a link in a few words. */
import type { LinkDirection, LinkSettings } from '../../runtime/contract/link.ts';
import { figure, inText } from './metrics.ts';

const PARTITION_WORDS = { 'to-node': 'nothing passes to the node', 'to-client': 'nothing passes to clients', both: 'nothing passes' } as const;

const lossShareOf = ({ loss }: LinkDirection): number => {
  if (loss.model === 'bernoulli') return loss.share;
  // The chain's long-run share of its bad state, weighted with the losses of both.
  const total = loss.goodToBad + loss.badToGood;
  const bad = total === 0 ? 0 : loss.goodToBad / total;
  return bad * loss.lossInBad + (1 - bad) * loss.lossInGood;
};

/** Such as `70 ms, 12 Mbit/s` or `150 ± 50 ms, 50 Mbit/s, 5 % loss`: latency is the added round trip, rate and loss are those to the client. */
export const linkWords = ({ toNode, toClient, partition, isFailed, resetShare, slowCloseMs }: LinkSettings): string => {
  if (isFailed) return 'refuses and resets every connection';
  const rttMs = toNode.latencyMs + toClient.latencyMs;
  const jitterMs = toNode.jitterMs + toClient.jitterMs;
  const loss = lossShareOf(toClient);
  const words = [
    ...(rttMs > 0 || jitterMs > 0 ? [jitterMs > 0 ? `${rttMs} ± ${jitterMs} ms` : `${rttMs} ms`] : []),
    ...(toClient.bitsPerSecond === null ? [] : [`${Number((toClient.bitsPerSecond / 1_000_000).toPrecision(3))} Mbit/s`]),
    ...(loss > 0 ? [`${inText(figure(loss, 'share'))} ${toClient.loss.model === 'bernoulli' ? 'loss' : 'loss in bursts'}`] : []),
    ...(resetShare > 0 ? [`${inText(figure(resetShare, 'share'))} of connections reset`] : []),
    ...(slowCloseMs > 0 ? [`closes after ${slowCloseMs} ms`] : []),
    ...(partition === 'none' ? [] : [PARTITION_WORDS[partition]]),
  ];
  return words.length === 0 ? 'adds nothing' : words.join(', ');
};
