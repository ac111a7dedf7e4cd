/** The normal distribution. */

/**
 * The share above z ≥ 0 of the standard normal distribution: Abramowitz and Stegun, 26.2.17, good to 7.5e-8 absolute; far out, where that
 * error would be larger than the share itself, the continued fraction 26.2.14.
 */
export const normalTail = (z: number): number => {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > FAR_OUT) {
    let fraction = z;
    for (let term = FRACTION_TERMS; term >= 1; term--) fraction = z + term / fraction;
    return density / fraction;
  }
  const t = 1 / (1 + 0.2316419 * z);
  return density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
};

const FAR_OUT = 3;
/** More than enough beyond z = 3. */
const FRACTION_TERMS = 60;
