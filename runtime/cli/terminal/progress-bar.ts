/** `████████▌           42 %` in a fixed width. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

export const formatBar = (percent: number, width = 16): string => {
  const share = Math.min(1, Math.max(0, percent / 100));
  const eighths = Math.round(share * width * 8);
  const bar = '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
  return `${bar.padEnd(width)} ${String(Math.floor(share * 100)).padStart(3)} %`;
};
