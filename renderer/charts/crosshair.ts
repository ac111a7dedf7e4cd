/**
 * Charts that are read together: one crosshair, one brush and one zoomed range for all of them. A chart without a group makes one of its own.
 */
import { type Ref, shallowRef } from 'vue';
import type { ChartContent, TimeRange } from './types.ts';

/** What a member tells about itself, for exporting the group. */
export interface ChartMember {
  content(): ChartContent;
  range(): TimeRange;
}

/** The widest margins that any chart of a column needs: with equal ones a time stands at the same place in all of them. */
export interface ChartMargins {
  tickWidthPx: number;
  labelWidthPx: number;
}

export interface ChartGroup {
  /** Unix milliseconds, null while nobody points. */
  readonly crosshairMs: Readonly<Ref<number | null>>;
  /** The zoomed range; null while every chart shows its own window. */
  readonly range: Readonly<Ref<TimeRange | null>>;
  /** The range being brushed, earlier end first. */
  readonly brush: Readonly<Ref<TimeRange | null>>;
  /** Of a column of charts, named by its left edge. */
  marginsAt(leftPx: number): ChartMargins;
  /** The clock that live windows end at. */
  readonly nowMs: () => number;
  moveCrosshair(atMs: number | null): void;
  startBrush(atMs: number): void;
  /** Without a brush begun this does nothing. */
  moveBrush(atMs: number): void;
  /** Zooms all charts to what was brushed; too short a brush was a click and changes nothing. */
  endBrush(): void;
  cancelBrush(): void;
  /** Shows a range in all charts; null returns to the live windows. */
  zoom(range: TimeRange | null): void;
  /** Back to the live windows, without crosshair and brush. */
  reset(): void;
  /** Charts join in the order they are mounted; the returned function leaves. */
  join(member: ChartMember): () => void;
  members(): readonly ChartMember[];
}

/** Below this there is less than one sample to look at. */
export const ZOOM_MS_MIN = 2_000;

export const createChartGroup = ({ nowMs = Date.now }: { nowMs?: () => number } = {}): ChartGroup => {
  const crosshairMs = shallowRef<number | null>(null);
  const range = shallowRef<TimeRange | null>(null);
  const brush = shallowRef<TimeRange | null>(null);
  const members = new Set<ChartMember>();
  const margins = new Map<number, ChartMargins>();
  let anchorMs: number | null = null;

  const cancelBrush = (): void => {
    anchorMs = null;
    brush.value = null;
  };

  return {
    crosshairMs,
    range,
    brush,
    marginsAt: (leftPx) => {
      const known = margins.get(leftPx) ?? { tickWidthPx: 0, labelWidthPx: 0 };
      margins.set(leftPx, known);
      return known;
    },
    nowMs,
    moveCrosshair: (atMs) => {
      crosshairMs.value = atMs;
    },
    startBrush: (atMs) => {
      anchorMs = atMs;
      brush.value = { fromMs: atMs, toMs: atMs };
    },
    moveBrush: (atMs) => {
      if (anchorMs !== null) brush.value = { fromMs: Math.min(anchorMs, atMs), toMs: Math.max(anchorMs, atMs) };
    },
    endBrush: () => {
      const brushed = brush.value;
      cancelBrush();
      if (brushed && brushed.toMs - brushed.fromMs >= ZOOM_MS_MIN) range.value = brushed;
    },
    cancelBrush,
    zoom: (next) => {
      cancelBrush();
      range.value = next;
    },
    reset: () => {
      cancelBrush();
      crosshairMs.value = null;
      range.value = null;
    },
    join: (member) => {
      members.add(member);
      return () => members.delete(member);
    },
    members: () => [...members],
  };
};
