/** How traffic looks on a link: its width, and how fast its dashes travel. */

/** A stream of high quality, and what the players aim at: 40 Mbit/s. It is drawn this wide. */
const REFERENCE_BYTES_PER_SECOND = 5_000_000;
const REFERENCE_PX = 5;
/** Thin traffic is still traffic. */
const WIDTH_PX_MIN = 1.5;
/** A local cluster reaches gigabits while it copies; wider lines would hide one another. */
const WIDTH_PX_MAX = 10;
/** Less is a ping or a rounding, no flow. */
const FLOW_BYTES_PER_SECOND_MIN = 200;

export const isFlowing = (bytesPerSecond: number | null | undefined): boolean => (bytesPerSecond ?? 0) >= FLOW_BYTES_PER_SECOND_MIN;

/** The area under the eye grows with the rate: width with its square root. 1 px for a link that carries nothing. */
export const linkWidthPx = (bytesPerSecond: number | null | undefined): number => {
  if (!isFlowing(bytesPerSecond)) return 1;
  const widthPx = REFERENCE_PX * Math.sqrt(bytesPerSecond! / REFERENCE_BYTES_PER_SECOND);
  return Math.min(WIDTH_PX_MAX, Math.max(WIDTH_PX_MIN, widthPx));
};

/** Steps of the travelling dashes: 0 stands still. A few fixed speeds, because a dash jumps whenever its speed changes. */
export type FlowPace = 0 | 1 | 2 | 3 | 4;
/** From 0.1, 1, 10 and 100 Mbit/s on. */
const PACE_BYTES_PER_SECOND = [0, 125_000, 1_250_000, 12_500_000] as const;

export const flowPace = (bytesPerSecond: number | null | undefined): FlowPace => {
  if (!isFlowing(bytesPerSecond)) return 0;
  return PACE_BYTES_PER_SECOND.filter((from) => bytesPerSecond! >= from).length as FlowPace;
};
