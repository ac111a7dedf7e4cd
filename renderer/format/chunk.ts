/** A chunk as its id and the logs name it, counted from 0: `chunk-002`. So it is taken for a name and not for the third of something. */
export const chunkName = (sequence: number): string => `chunk-${String(sequence).padStart(3, '0')}`;
