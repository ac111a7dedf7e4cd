import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const RENDERER_DIR = fileURLToPath(new URL('../../../renderer/', import.meta.url));
const css = readFileSync(join(RENDERER_DIR, 'theme', 'tokens.css'), 'utf8');
const TEXT_RATIO_MIN = 4.5;
const SHAPE_RATIO_MIN = 3;

/** The colours a theme's block assigns. */
const coloursOf = (theme: string): Map<string, string> => {
  const block = new RegExp(`\\[data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(css)![1]!;
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]));
};
/** What `--wash` makes of a ground below it. */
const washed = (theme: string, ground: string): string => {
  const block = new RegExp(`\\[data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(css)![1]!;
  const [red, green, blue, alpha] = /--wash: rgb\((\d+) (\d+) (\d+) \/ ([\d.]+)\)/.exec(block)!.slice(1).map(Number) as [number, number, number, number];
  const mixed = [red, green, blue].map((channel, index) => Math.round(channel * alpha + Number.parseInt(ground.slice(1 + 2 * index, 3 + 2 * index), 16) * (1 - alpha)));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
};
/** Relative luminance and contrast ratio as WCAG 2 defines them. */
const luminance = (hex: string): number => {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const ratio = (a: string, b: string): number => {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};

describe.each(['dark', 'light'])('the %s theme', (theme) => {
  const colours = coloursOf(theme);
  const ratioOf = (ink: string, ground: string): number => ratio(colours.get(ink)!, colours.get(ground)!);

  test.each(['ink', 'ink-2', 'ink-3', 'bad', 'warn'])('text in --%s can be read on every ground', (ink) => {
    for (const ground of ['bg', 'pane', 'raise']) expect(ratioOf(ink, ground), `on --${ground}`).toBeGreaterThanOrEqual(TEXT_RATIO_MIN);
  });
  test.each(['ink', 'ink-2', 'ink-3', 'ok', 'warn', 'bad', 'accent'])('text in --%s can be read in a row that is marked', (ink) => {
    for (const ground of ['pane', 'raise']) expect(ratio(colours.get(ink)!, washed(theme, colours.get(ground)!)), `on a marked --${ground}`).toBeGreaterThanOrEqual(TEXT_RATIO_MIN);
  });
  test.each(['ink', 'ink-2'])('text in --%s can be read in fields and on what is chosen', (ink) => {
    for (const ground of ['field', 'chosen']) expect(ratioOf(ink, ground), `on --${ground}`).toBeGreaterThanOrEqual(TEXT_RATIO_MIN);
  });
  test('placeholders can be read', () => expect(ratioOf('ink-3', 'field')).toBeGreaterThanOrEqual(TEXT_RATIO_MIN));
  test.each(['field-line', 'ink-3', 'accent', 'bad'])('the edge of a field in --%s stands out', (line) => {
    for (const ground of ['bg', 'pane', 'raise', 'field']) expect(ratioOf(line, ground), `on --${ground}`).toBeGreaterThanOrEqual(SHAPE_RATIO_MIN);
  });
  test.each(['accent', 'accent-hover'])('the label of a primary button can be read on --%s', (ground) => {
    expect(ratioOf('accent-ink', ground)).toBeGreaterThanOrEqual(TEXT_RATIO_MIN);
  });
  test.each(['ok', 'warn', 'bad', 'idle', 'accent'])('the shape of --%s stands out', (tone) => {
    for (const ground of ['bg', 'pane']) expect(ratioOf(tone, ground), `on --${ground}`).toBeGreaterThanOrEqual(SHAPE_RATIO_MIN);
  });
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('node %i stands out, and its number can be read on its colour', (number) => {
    for (const ground of ['bg', 'pane']) expect(ratioOf(`n${number}`, ground), `on --${ground}`).toBeGreaterThanOrEqual(SHAPE_RATIO_MIN);
    expect(ratioOf('on-node', `n${number}`)).toBeGreaterThanOrEqual(TEXT_RATIO_MIN);
  });
});

test('the two themes assign the same names', () => {
  expect([...coloursOf('light').keys()].sort()).toEqual([...coloursOf('dark').keys()].sort());
});

test('components know no colours but the tokens, save for what lies on the picture of a video', () => {
  const COLOUR = /#[0-9a-f]{3,8}\b|rgba?\(/i;
  const styleOf = (file: string): string => readFileSync(join(RENDERER_DIR, file), 'utf8').split('<style')[1] ?? '';
  const strays = globSync('**/*.vue', { cwd: RENDERER_DIR }).filter((file) => !/VideoOverlay|PlayerView/.test(file) && COLOUR.test(styleOf(file)));
  expect(strays).toEqual([]);
});
