/**
 * Every client keeps one colour and one glyph everywhere: tables, charts, the demo. The glyphs tell them apart without colour, and who is kin:
 * smart and oracle are diamonds, the two that go round robin are circles.
 */
import type { ClientKind } from '../../runtime/contract/client-kind.ts';

export interface ClientLook {
  name: string;
  /** Where there is little room. */
  short: string;
  /** A CSS value. */
  colour: string;
  /** An SVG path around the origin, within ±6, to be filled by the even-odd rule. */
  glyph: string;
}

const RING = 'M0-4.7a4.7 4.7 0 1 1 0 9.4a4.7 4.7 0 0 1 0-9.4z';
const DIAMOND = 'M0-5.6l5.6 5.6l-5.6 5.6l-5.6-5.6z';

export const clientLooks: Readonly<Record<ClientKind, ClientLook>> = {
  smart: { name: 'Smart', short: 'Smart', colour: 'var(--c-smart)', glyph: DIAMOND },
  naive: { name: 'Naive', short: 'Naive', colour: 'var(--c-naive)', glyph: `${RING}M0-2.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5z` },
  'naive-retry': { name: 'Naive, quick retry', short: 'Quick retry', colour: 'var(--c-naive-retry)', glyph: `${RING}M0-3a3 3 0 0 1 0 6z` },
  'random-two': { name: 'Random of two', short: 'Random two', colour: 'var(--c-random-two)', glyph: 'M-4.8-4.8h4.6v4.6h-4.6zM.2.2h4.6v4.6h-4.6z' },
  oracle: { name: 'Oracle', short: 'Oracle', colour: 'var(--c-oracle)', glyph: `${DIAMOND}M0-2.7l2.7 2.7l-2.7 2.7l-2.7-2.7z` },
};
