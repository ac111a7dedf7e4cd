import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CLIENT_KINDS } from '../../../runtime/contract/client-kind.ts';

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

const linear = (hex: string): [number, number, number] =>
  [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
/** What remains of linear RGB in each kind of colour blindness (Machado, Oliveira and Fernandes 2009, full severity). */
const VISIONS: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  'full colour vision': [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
/** OKLab (Ottosson 2020) of a colour as it is seen: distances in it are about those that people see. */
const seen = (hex: string, vision: string): [number, number, number] => {
  const rgb = linear(hex);
  const [red, green, blue] = VISIONS[vision]!.map((row) => Math.min(1, Math.max(0, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]))) as [number, number, number];
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
  ];
};
const distance = (a: string, b: string, vision: string): number => {
  const [one, other] = [seen(a, vision), seen(b, vision)];
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
};
/** About four times what can just be told apart side by side. */
const CLIENTS_APART_MIN = 0.1;

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
  test.each(CLIENT_KINDS)('the client %s stands out on every ground', (client) => {
    for (const ground of ['bg', 'pane', 'raise']) expect(ratioOf(`c-${client}`, ground), `on --${ground}`).toBeGreaterThanOrEqual(SHAPE_RATIO_MIN);
  });
  test.each(Object.keys(VISIONS))('clients can be told from each other with %s', (vision) => {
    for (const [index, one] of CLIENT_KINDS.entries()) {
      for (const other of CLIENT_KINDS.slice(index + 1)) expect(distance(colours.get(`c-${one}`)!, colours.get(`c-${other}`)!, vision), `${one} and ${other}`).toBeGreaterThanOrEqual(CLIENTS_APART_MIN);
    }
  });
  test('no client has the colour of a node', () => {
    for (const client of CLIENT_KINDS) {
      for (const number of [1, 2, 3, 4, 5, 6, 7, 8]) expect(distance(colours.get(`c-${client}`)!, colours.get(`n${number}`)!, 'full colour vision'), `${client} and node ${number}`).toBeGreaterThan(0.05);
    }
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
