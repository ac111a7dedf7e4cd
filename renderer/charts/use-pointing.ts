/** Pointer and keyboard on a chart: both move the group's crosshair and brush its range. */
import type { ChartGroup } from './crosshair.ts';
import { type Frame, timeOf, xOf } from './frame.ts';
import type { ChartMark } from './types.ts';

export interface PointingSource {
  group(): ChartGroup;
  frame(): Frame | null;
  /** After a key moved the crosshair: the time it stands at now. */
  onKeyMove(atMs: number): void;
}

/** Steps of an arrow key across the picture; Ctrl takes ten at once. */
const KEY_STEPS = 100;
const KEY_STRIDE = 10;
const MOVING_KEYS = ['ArrowLeft', 'ArrowRight', 'Home', 'End'];
/** How near, in pixels, a crosshair must be to an event to tell of it. */
const MARK_REACH_PX = 5;

/** The events under a crosshair. */
export const marksNear = (frame: Frame, marks: readonly ChartMark[], atMs: number): ChartMark[] =>
  marks.filter((mark) => Math.abs(xOf(frame, mark.atMs) - xOf(frame, atMs)) <= MARK_REACH_PX);

export const usePointing = ({ group, frame, onKeyMove }: PointingSource) => {
  /** Where the pointer rests, from the left edge of the picture; a live picture moves on below it. */
  let pointerX: number | null = null;
  let isBrushingByKey = false;

  const timeAt = (x: number): number | null => {
    const shown = frame();
    if (!shown) return null;
    return timeOf(shown, Math.min(Math.max(x, shown.area.left), shown.area.right));
  };
  const xWithin = (event: PointerEvent): number => event.clientX - (event.currentTarget as HTMLElement).getBoundingClientRect().left;

  const follow = (): void => {
    const atMs = pointerX === null ? null : timeAt(pointerX);
    if (atMs === null) return;
    group().moveCrosshair(atMs);
    if (!isBrushingByKey) group().moveBrush(atMs);
  };

  const moveByKey = (shown: Frame, event: KeyboardEvent): void => {
    const { range } = shown;
    const stepMs = ((range.toMs - range.fromMs) / KEY_STEPS) * (event.ctrlKey ? KEY_STRIDE : 1);
    const current = group().crosshairMs.value;
    const isInside = current !== null && current >= range.fromMs && current <= range.toMs;
    const from = isInside ? current : range.toMs;
    const target = { ArrowLeft: from - stepMs, ArrowRight: from + stepMs, Home: range.fromMs, End: range.toMs }[event.key]!;
    const atMs = Math.min(range.toMs, Math.max(range.fromMs, target));
    if (event.shiftKey) {
      if (!isBrushingByKey) group().startBrush(from);
      isBrushingByKey = true;
      group().moveBrush(atMs);
    }
    group().moveCrosshair(atMs);
    onKeyMove(atMs);
  };
  const endKeyBrush = (): void => {
    if (isBrushingByKey) group().endBrush();
    isBrushingByKey = false;
  };
  /** Takes back one thing; false when there was nothing, so that the key may close what the chart stands in. */
  const escape = (): boolean => {
    const { brush, range, crosshairMs } = group();
    const hadAny = brush.value !== null || range.value !== null || crosshairMs.value !== null;
    if (brush.value) group().cancelBrush();
    else if (range.value) group().zoom(null);
    else group().moveCrosshair(null);
    isBrushingByKey = false;
    return hadAny;
  };

  return {
    /** After every drawing. */
    follow,
    onPointermove: (event: PointerEvent): void => {
      pointerX = xWithin(event);
      follow();
    },
    onPointerdown: (event: PointerEvent): void => {
      if (event.button !== 0) return;
      const atMs = timeAt(xWithin(event));
      if (atMs === null) return;
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      group().startBrush(atMs);
    },
    onPointerup: (): void => group().endBrush(),
    onPointercancel: (): void => group().cancelBrush(),
    onPointerleave: (): void => {
      pointerX = null;
      if (!group().brush.value) group().moveCrosshair(null);
    },
    onDblclick: (): void => group().zoom(null),
    onKeydown: (event: KeyboardEvent): void => {
      const shown = frame();
      if (event.key === 'Escape') {
        if (!escape()) return;
      } else if (event.key === 'Enter') endKeyBrush();
      else if (shown && MOVING_KEYS.includes(event.key)) moveByKey(shown, event);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    onKeyup: (event: KeyboardEvent): void => {
      if (event.key === 'Shift') endKeyBrush();
    },
    onBlur: (): void => {
      if (isBrushingByKey) group().cancelBrush();
      isBrushingByKey = false;
      if (pointerX === null) group().moveCrosshair(null);
    },
  };
};
