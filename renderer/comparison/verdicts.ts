/** How verdicts look and read. Better and worse differ in shape, word and colour, and in nothing else: a loss is told as plainly as a win. */
import type { ComparisonMetric, Estimate, PairFigure } from '../../runtime/contract/comparison.ts';
import type { ClientKind } from '../../runtime/contract/client-kind.ts';
import { BLOCKS_FOR_INDICATION, BLOCKS_FOR_VERDICT } from '../../runtime/contract/comparison-metrics.ts';
import { plural } from '../format/quantity.ts';
import { clientLooks } from '../theme/clients.ts';

export type Verdict = PairFigure['verdict'];
export type VerdictTone = Verdict | 'note';

export interface VerdictLook {
  word: string;
  /** A CSS value. */
  colour: string;
  /** An SVG path around the origin, within ±6, filled by the even-odd rule. */
  glyph: string;
}

export const verdictLooks: Readonly<Record<VerdictTone, VerdictLook>> = {
  better: { word: 'Better', colour: 'var(--ok)', glyph: 'M0-4.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9z' },
  worse: { word: 'Worse', colour: 'var(--bad)', glyph: 'M-5.2-4.2h10.4L0 5z' },
  unclear: { word: 'Unclear', colour: 'var(--ink-3)', glyph: 'M0-4.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM0-3a3 3 0 1 0 0 6a3 3 0 0 0 0-6z' },
  even: { word: 'The same', colour: 'var(--ink-3)', glyph: 'M-4.5-3h9v2h-9zM-4.5 1h9v2h-9z' },
  note: { word: 'Note', colour: 'var(--ink-3)', glyph: 'M-1.2-5h2.4v6h-2.4zM-1.2 2.6h2.4V5h-2.4z' },
};

/** Which pairs a report has, in its order. */
export const opponentsOf = (pairs: readonly Pick<PairFigure, 'against'>[]): ClientKind[] => [...new Set(pairs.map(({ against }) => against))];

export const pairOf = <P extends Pick<PairFigure, 'metric' | 'against'>>(pairs: readonly P[], metric: ComparisonMetric, against: ClientKind): P | undefined =>
  pairs.find((pair) => pair.metric === metric && pair.against === against);

export const countVerdicts = (pairs: readonly Pick<PairFigure, 'verdict'>[]): Record<Verdict, number> => {
  const counts: Record<Verdict, number> = { better: 0, worse: 0, even: 0, unclear: 0 };
  for (const { verdict } of pairs) counts[verdict] += 1;
  return counts;
};

const list = (parts: readonly string[]): string => (parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`);

/**
 * One sentence over all figures of a pair: `Smart does better than naive in 6 of 9 figures and worse in 1; 2 are unclear.`
 * `pairs` are those of one client against one other that have a value.
 */
export const headlineOf = (pairs: readonly Pick<PairFigure, 'client' | 'against' | 'verdict'>[]): string => {
  const [first] = pairs;
  if (!first) return 'No block is complete yet: there is nothing to compare.';
  const { better, worse, even, unclear } = countVerdicts(pairs);
  const [name, other] = [clientLooks[first.client].name, clientLooks[first.against].name.toLowerCase()];
  const rest = [...(even > 0 ? [`${even} ${even === 1 ? 'is' : 'are'} the same`] : []), ...(unclear > 0 ? [`${unclear} ${unclear === 1 ? 'is' : 'are'} unclear`] : [])];
  const told = [
    ...(better > 0 ? [`better than ${other} in ${better}`] : []),
    ...(worse > 0 ? [`worse${better > 0 ? '' : ` than ${other}`} in ${worse}`] : []),
  ];
  const of = plural(pairs.length, 'figure');
  if (told.length === 0) return `Between ${name.toLowerCase()} and ${other} no figure of ${pairs.length} shows a difference${even > 0 && unclear > 0 ? `: ${list(rest)}` : ''}.`;
  // The whole is named once, beside the first count.
  told[0] = `${told[0]} of ${of}`;
  return `${name} does ${list(told)}${rest.length > 0 ? `; ${list(rest)}` : ''}.`;
};

export const isIndicative = (blockCount: number): boolean => blockCount < BLOCKS_FOR_VERDICT;

/** What an interval of an improvement over so many blocks says by itself: it lies on one side of zero, or it does not tell. */
export const verdictOfImprovement = ({ value, low, high }: Estimate, blockCount: number): Verdict => {
  if (value === null || low === null || high === null) return 'unclear';
  if (value === 0 && low === 0 && high === 0) return 'even';
  if (blockCount < BLOCKS_FOR_INDICATION) return 'unclear';
  return low > 0 ? 'better' : high < 0 ? 'worse' : 'unclear';
};

/** A number stays with its unit, and a letter with its value, where a line ends. */
export const keptTogether = (text: string): string => text.replaceAll(/\b([pn]) ([=<]) /g, '$1\u00a0$2\u00a0').replaceAll(/(\d) (%|ms|s|Mbit\/s)/g, '$1\u00a0$2');

export interface Sentence {
  tone: VerdictTone;
  text: string;
}

/**
 * Of a report's verdict, what concerns the comparison as a whole (missed targets, notes) and what was found against one client; the host's order
 * is kept, most important first. The sentences of a verdict are those of its pairs, which say whom they are about.
 */
export const sentencesAgainst = (verdict: readonly Sentence[], pairs: readonly Pick<PairFigure, 'text' | 'against'>[], against: ClientKind | null): Sentence[] => {
  const opponentOf = new Map(pairs.map((pair) => [pair.text, pair.against]));
  const isOfPair = ({ text }: Sentence): boolean => opponentOf.has(text);
  return [...verdict.filter((sentence) => !isOfPair(sentence)), ...verdict.filter(({ text }) => opponentOf.get(text) === against)];
};
