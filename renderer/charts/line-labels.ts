/** Whether the ends of the lines leave room for their names, and how much those need. */
import { valuesAt } from './frame.ts';
import type { ChartContent, TimeRange } from './types.ts';

export const LABEL_HEIGHT_PX = 14;
/** Pixels of line and gap of a dashed line: in the plot, at its label and in the legend alike. */
export const LINE_DASH_PX: readonly [line: number, gap: number] = [5, 3];
/** From the end of the line to its name. */
export const LABEL_LEAD_PX = 12;
/** A narrower picture would give too much of itself away. */
const WIDTH_PX_MIN = 300;
/** What the plot keeps of the height beside axis and margin. */
const FURNITURE_PX = 16;
/** Advances at 11 px, on the safe side: a letter of the text face, a digit of the figures' face. */
const LETTER_PX = 6;
const DIGIT_PX = 6.4;
const GAP_PX = 12;
/** So much of the picture may be names. */
const SHARE_MAX = 0.4;

/** Widths only grow, so that the plot does not tremble with the digits. */
export const fitLabels = () => {
  let digitCount = 0;
  let shownFor = '';
  return {
    /** Pixels at the end of the picture, or 0 when a legend has to do. */
    widthPx: (content: ChartContent, range: TimeRange, pictureWidthPx: number, pictureHeightPx: number): number => {
      const { series, format, unit } = content;
      const names = series.map(({ name }) => name);
      if (names.join('\n') !== shownFor) digitCount = 0;
      shownFor = names.join('\n');
      const lengths = valuesAt(content, range, range.toMs).map(({ value }) => {
        if (Number.isNaN(value)) return 0;
        const { value: digits, unit: own } = format(value);
        return digits.length + (own && !unit ? own.length + 1 : 0);
      });
      digitCount = Math.max(digitCount, 4, ...lengths);
      const widthPx = LABEL_LEAD_PX + Math.ceil(Math.max(0, ...names.map((name) => name.length)) * LETTER_PX + digitCount * DIGIT_PX) + GAP_PX;
      const isRoom = pictureWidthPx >= WIDTH_PX_MIN && widthPx <= pictureWidthPx * SHARE_MAX && series.length * LABEL_HEIGHT_PX <= pictureHeightPx - FURNITURE_PX;
      return isRoom ? widthPx : 0;
    },
  };
};
