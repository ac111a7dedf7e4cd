/** The figures of a change as fields: what each says of it, and the change with what was typed, or without it. Pure. */
import { changeLink, mergeChanges, normalLink } from '../../runtime/contract/link-settings.ts';
import type { LinkChange, LinkDirection } from '../../runtime/contract/link.ts';
import { fieldText, type LinkParameter, linkParameters, NO_LIMIT_SIGN, type ParameterKey, parseField } from './parameters.ts';

export interface ChangeField {
  key: string;
  label: string;
  unit: string;
  hint?: string;
  /** Empty: the change leaves it as it is. */
  text(change: LinkChange): string;
  /** The change with what was typed; nothing typed takes it out. Undefined: that is no value of it. */
  typed(change: LinkChange, text: string): LinkChange | undefined;
}

const fieldOf: Readonly<Record<ParameterKey, keyof LinkDirection>> = { latency: 'latencyMs', jitter: 'jitterMs', down: 'bitsPerSecond', up: 'bitsPerSecond', loss: 'loss' };
/** The rate of one direction is a figure of its own; all others are of both. */
const directionsOf = (key: ParameterKey): readonly ('toClient' | 'toNode')[] => (key === 'down' ? ['toClient'] : key === 'up' ? ['toNode'] : ['toClient', 'toNode']);

const names = (change: LinkChange, key: ParameterKey): boolean => directionsOf(key).some((direction) => change[direction]?.[fieldOf[key]] !== undefined);

const without = (change: LinkChange, key: ParameterKey): LinkChange => {
  const next = { ...change };
  for (const direction of directionsOf(key)) {
    const { [fieldOf[key]]: _gone, ...kept } = next[direction] ?? {};
    if (Object.keys(kept).length > 0) next[direction] = kept;
    else delete next[direction];
  }
  return next;
};

const ofParameter = (parameter: LinkParameter): ChangeField => ({
  key: parameter.key,
  label: parameter.label,
  unit: parameter.unit,
  ...(parameter.scale.hasNoLimit && { hint: `${NO_LIMIT_SIGN} or none: no limit` }),
  text: (change) => (names(change, parameter.key) ? fieldText(parameter.read(changeLink(normalLink, change))) : ''),
  typed(change, text) {
    if (text.trim() === '') return without(change, parameter.key);
    const value = parseField(text, parameter);
    return value === undefined ? undefined : mergeChanges(change, parameter.change(value));
  },
});

/** As in link.ts of the contract; a unit test holds them equal. */
export const SLOW_CLOSE_MS_MAX = 60_000;

interface Whole {
  key: 'resetShare' | 'slowCloseMs';
  label: string;
  unit: string;
  hint: string;
  /** Of the figure as it is typed. */
  max: number;
  /** What is typed for one of what is kept. */
  factor: number;
}

/** What concerns the link as a whole. */
const ofWhole = ({ key, label, unit, hint, max, factor }: Whole): ChangeField => ({
  key, label, unit, hint,
  text: ({ [key]: value }) => (value === undefined ? '' : fieldText(value * factor)),
  typed(change, text) {
    const { [key]: _gone, ...kept } = change;
    if (text.trim() === '') return kept;
    const value = Number(text.trim().replace(',', '.'));
    return Number.isFinite(value) ? { ...kept, [key]: Math.min(max, Math.max(0, value)) / factor } : undefined;
  },
});

export const changeFields: readonly ChangeField[] = [
  ...linkParameters.map(ofParameter),
  ofWhole({ key: 'resetShare', label: 'Resets', unit: '%', hint: 'Share of new connections that are reset at a random moment of their life', max: 100, factor: 100 }),
  ofWhole({ key: 'slowCloseMs', label: 'Slow close', unit: 'ms', hint: 'A connection that ended lingers for so long before its end is passed on', max: SLOW_CLOSE_MS_MAX, factor: 1 }),
];
