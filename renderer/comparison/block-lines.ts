/** Where the lines of blocks lie on their picture, and which of them is meant by a pointer. Pixels, the origin at the top start. */
import type { ClientKind } from '../../runtime/contract/client-kind.ts';
import type { Block, PointScale } from './block-points.ts';

export interface Field {
  widthPx: number;
  heightPx: number;
  /** Room before the first column, above the top and below the bottom of the scale. */
  axisPx: number;
  headPx: number;
  footPx: number;
}

export interface FieldMap {
  /** The middle of a client's column. */
  x(place: number): number;
  /** Of a place on the scale: 0 is the bottom. */
  y(at: number): number;
}

export const fieldMap = ({ widthPx, heightPx, axisPx, headPx, footPx }: Field, columnCount: number): FieldMap => {
  const columnPx = (widthPx - axisPx) / Math.max(1, columnCount);
  return { x: (place) => axisPx + (place + 0.5) * columnPx, y: (at) => headPx + (1 - at) * Math.max(0, heightPx - headPx - footPx) };
};

export interface LineDot {
  x: number;
  y: number;
  client: ClientKind;
  isBound: boolean;
  isFailed: boolean;
}
export interface BlockLine {
  block: number;
  dots: LineDot[];
  /** An SVG path from dot to dot; a client without a value is passed over. */
  path: string;
}

export const linesOf = (blocks: readonly Block[], scale: PointScale, { x, y }: FieldMap): BlockLine[] =>
  blocks.map(({ block, points }) => {
    const dots = points.flatMap((point, place) => (point?.value == null ? [] : [{ x: x(place), y: y(scale.at(point.value)), client: point.client, isBound: point.isBound, isFailed: point.isFailed }]));
    return { block, dots, path: dots.map((dot, index) => `${index === 0 ? 'M' : 'L'}${dot.x.toFixed(1)} ${dot.y.toFixed(1)}`).join('') };
  });

const distanceTo = ({ dots }: BlockLine, x: number, y: number): number => {
  let nearest = Infinity;
  for (const [index, to] of dots.entries()) {
    const from = dots[Math.max(0, index - 1)]!;
    const [widthPx, heightPx] = [to.x - from.x, to.y - from.y];
    const lengthSquared = widthPx ** 2 + heightPx ** 2;
    const along = lengthSquared === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * widthPx + (y - from.y) * heightPx) / lengthSquared));
    nearest = Math.min(nearest, Math.hypot(x - from.x - along * widthPx, y - from.y - along * heightPx));
  }
  return nearest;
};

/** The index of the line nearest to a point, within `nearPx`; null: none is meant. */
export const nearestLine = (lines: readonly BlockLine[], x: number, y: number, nearPx: number): number | null => {
  let nearest: { index: number; px: number } | null = null;
  for (const [index, line] of lines.entries()) {
    const px = distanceTo(line, x, y);
    if (px <= nearPx && (nearest === null || px < nearest.px)) nearest = { index, px };
  }
  return nearest?.index ?? null;
};
