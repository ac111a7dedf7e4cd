/** Colour only where a person sees it: a terminal, and without NO_COLOR. No meaning is carried by colour alone. */
import { stripVTControlCharacters, styleText } from 'node:util';

export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong';
export type Paint = (tone: Tone, text: string) => string;

const FORMAT = { good: 'green', bad: 'red', warn: 'yellow', dim: 'gray', strong: 'bold' } as const;

export const plain: Paint = (_tone, text) => text;
export const coloured: Paint = (tone, text) => styleText(FORMAT[tone], text, { validateStream: false });

export const paintFor = (stream: { isTTY?: boolean }, env: Record<string, string | undefined>): Paint =>
  stream.isTTY && !env.NO_COLOR && env.TERM !== 'dumb' ? coloured : plain;

/** Columns that a text takes, colours aside. */
export const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length;

/** A text without colours, cut to so many columns. */
export const fitColumns = (text: string, columns: number): string => {
  const characters = [...stripVTControlCharacters(text)];
  return characters.length <= columns ? characters.join('') : `${characters.slice(0, columns - 1).join('')}…`;
};

/** What peers and files say must not steer the terminal: control characters are shown as a dot. */
// eslint-disable-next-line no-control-regex
export const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·');
