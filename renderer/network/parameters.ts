/** The five figures of a link that have a slider: how each is read from the settings, written back, typed and said. */
import { meanLoss } from '../../runtime/contract/link-settings.ts';
import type { LinkChange, LinkSettings } from '../../runtime/contract/link.ts';
import { logStops, type Scale } from './scale.ts';

export type ParameterKey = 'latency' | 'jitter' | 'down' | 'up' | 'loss';

export interface LinkParameter {
  key: ParameterKey;
  label: string;
  /** Of its values: ms, Mbit/s or percent. */
  unit: string;
  /** What is measured beside it, in a word or two. */
  measured: string;
  scale: Scale;
  /** Bounds of what can be typed; the track may end earlier. */
  min: number;
  max: number;
  /** The value that adds nothing; null: no limit. */
  normal: number | null;
  /** Values within the track; null: no limit. */
  read(settings: LinkSettings): number | null;
  change(value: number | null): LinkChange;
}

const BITS = 1_000_000;
/** As in link.ts of the contract; a unit test holds them equal. A round trip is two ways. */
export const RTT_MS_MAX = 20_000;
export const RATE_MBITS_MIN = 0.008;
export const RATE_MBITS_MAX = 10_000;

const tidy = (value: number): number => Number(value.toPrecision(6));
const both = (direction: NonNullable<LinkChange['toNode']>): LinkChange => ({ toNode: direction, toClient: direction });
const times: Scale = { stops: [0, ...logStops(1, 2_000, 16)], hasNoLimit: false };
const rates: Scale = { stops: logStops(0.1, 1_000, 16), hasNoLimit: true };
const shares: Scale = { stops: [0, ...logStops(0.1, 100, 16)], hasNoLimit: false };

const rate = (key: 'down' | 'up', direction: 'toClient' | 'toNode'): LinkParameter => ({
  key, label: key === 'down' ? 'Down' : 'Up', unit: 'Mbit/s', measured: key === 'down' ? 'to client' : 'to node',
  scale: rates, min: RATE_MBITS_MIN, max: RATE_MBITS_MAX, normal: null,
  read: (settings) => (settings[direction].bitsPerSecond === null ? null : tidy(settings[direction].bitsPerSecond / BITS)),
  change: (value) => ({ [direction]: { bitsPerSecond: value === null ? null : Math.round(value * BITS) } }),
});

export const linkParameters: readonly LinkParameter[] = [
  {
    key: 'latency', label: 'Latency', unit: 'ms', measured: 'round trip', scale: times, min: 0, max: RTT_MS_MAX, normal: 0,
    read: ({ toNode, toClient }) => tidy(toNode.latencyMs + toClient.latencyMs),
    change: (value) => both({ latencyMs: (value ?? 0) / 2 }),
  },
  {
    key: 'jitter', label: 'Jitter', unit: 'ms', measured: 'spread', scale: times, min: 0, max: RTT_MS_MAX, normal: 0,
    read: ({ toNode, toClient }) => tidy(toNode.jitterMs + toClient.jitterMs),
    change: (value) => both({ jitterMs: (value ?? 0) / 2 }),
  },
  rate('down', 'toClient'),
  rate('up', 'toNode'),
  {
    key: 'loss', label: 'Loss', unit: '%', measured: 'of time held', scale: shares, min: 0, max: 100, normal: 0,
    // One figure for both ways: where they differ it is the larger.
    read: ({ toNode, toClient }) => tidy(100 * Math.max(meanLoss(toNode.loss), meanLoss(toClient.loss))),
    change: (value) => both({ loss: { model: 'bernoulli', share: (value ?? 0) / 100 } }),
  },
];

export const parameterOf = (key: ParameterKey): LinkParameter => linkParameters.find((parameter) => parameter.key === key)!;

export const NO_LIMIT_SIGN = '∞';

/** As it stands in the number field: no more digits than anybody sets. */
export const fieldText = (value: number | null): string => (value === null ? NO_LIMIT_SIGN : String(Number(value.toFixed(value < 1 ? 3 : value < 10 ? 2 : 1))));

/** As it is said: `300 ms`, `no limit`. */
export const spokenValue = (value: number | null, { unit }: LinkParameter): string => (value === null ? 'no limit' : `${fieldText(value)} ${unit === '%' ? 'percent' : unit}`);

/** What was typed, within the bounds; undefined: it is no value of this parameter. A comma is as good as a point. */
export const parseField = (typed: string, { min, max, scale }: LinkParameter): number | null | undefined => {
  const text = typed.trim().toLowerCase();
  if (scale.hasNoLimit && ['', NO_LIMIT_SIGN, 'none', 'no limit', 'off', 'inf'].includes(text)) return null;
  const value = Number(text.replace(',', '.'));
  return text === '' || !Number.isFinite(value) ? undefined : Math.min(max, Math.max(min, value));
};
