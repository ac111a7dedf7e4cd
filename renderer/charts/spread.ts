/** Puts the labels at the ends of lines beside the lines' last values, and apart from each other. */

/**
 * Places for labels of one height, each as near to where it wants to be as the others allow; the order of the wishes is kept.
 * `wishes` and the answer are centres in pixels, within `top`…`bottom`. What does not fit at all is pressed together evenly.
 */
export const spread = (wishes: readonly number[], height: number, top: number, bottom: number): number[] => {
  const order = wishes.map((_, index) => index).sort((a, b) => wishes[a]! - wishes[b]!);
  const step = Math.min(height, (bottom - top) / Math.max(1, wishes.length));
  const places = new Array<number>(wishes.length);
  let floor = top + step / 2;
  for (const index of order) {
    places[index] = Math.max(wishes[index]!, floor);
    floor = places[index]! + step;
  }
  let ceiling = bottom - step / 2;
  for (const index of order.toReversed()) {
    places[index] = Math.min(places[index]!, ceiling);
    ceiling = places[index]! - step;
  }
  return places;
};
