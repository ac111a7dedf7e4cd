/** Where the window was and how large; forgotten when the screen it was on is gone. */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const WindowState = z.object({
  version: z.literal(1),
  x: z.number().int().optional(),
  y: z.number().int().optional(),
  width: z.number().int().min(640).max(20_000),
  height: z.number().int().min(480).max(20_000),
  isMaximized: z.boolean(),
});
export type WindowState = z.infer<typeof WindowState>;

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const defaultWindowState: WindowState = { version: 1, width: 1280, height: 832, isMaximized: false };

/** This much of the title bar must be on a screen, or the window could not be dragged back. */
const GRIP_PX = 64;

const isReachable = ({ x, y, width }: WindowState, areas: readonly Area[]): boolean =>
  x !== undefined && y !== undefined &&
  areas.some((area) => x + width - GRIP_PX > area.x && x + GRIP_PX < area.x + area.width && y >= area.y && y + GRIP_PX < area.y + area.height);

/** A file that is missing, damaged or of another version costs only the memory of a place: the defaults are taken. */
export const readWindowState = (path: string, areas: readonly Area[]): WindowState => {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return defaultWindowState;
  }
  const parsed = WindowState.safeParse(content);
  if (!parsed.success) return defaultWindowState;
  if (isReachable(parsed.data, areas)) return parsed.data;
  const { x: _x, y: _y, ...size } = parsed.data;
  return size;
};

export const writeWindowState = (path: string, state: WindowState): void => {
  try {
    writeFileSync(path, JSON.stringify(state));
  } catch {
    // A place that cannot be remembered is no reason to keep the window from closing.
  }
};
