/** Canvas knows no CSS variables: the tokens a chart needs, as the values they have where the chart stands. */
import type { Tone } from '../theme/status.ts';

export interface Palette {
  background: string;
  ink: string;
  inkQuiet: string;
  grid: string;
  axis: string;
  tones: Readonly<Record<Tone, string>>;
  /** Any colour a series was given: a `var(--token)` or a plain colour. */
  resolve(colour: string): string;
  textFont: string;
  figureFont: string;
}

const VARIABLE = /^var\((--[\w-]+)\)$/;

/** Reads the tokens as they are on an element now. A theme change needs a new palette. */
export const readPalette = (element: Element): Palette => {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const known = new Map<string, string>();
  const resolve = (colour: string): string => {
    let value = known.get(colour);
    if (value === undefined) {
      const name = VARIABLE.exec(colour)?.[1];
      value = name ? token(name) : colour;
      known.set(colour, value);
    }
    return value;
  };
  return {
    background: token('--pane'),
    ink: token('--ink-2'),
    inkQuiet: token('--ink-3'),
    grid: token('--line'),
    axis: token('--line-strong'),
    tones: { ok: token('--ok'), warn: token('--warn'), bad: token('--bad'), idle: token('--idle'), busy: token('--accent') },
    resolve,
    textFont: token('--font-text'),
    figureFont: token('--font-mono'),
  };
};

/** Calls back when another theme was put on the page, until the returned function is called. */
export const onThemeChange = (callback: () => void): (() => void) => {
  const observer = new MutationObserver(callback);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
};
