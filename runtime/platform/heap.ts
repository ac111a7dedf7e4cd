/** The one knob of the garbage collector that our services turn. */
import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the young generation at its first size. V8 lets it grow to over 100 MB under a storm of small requests and does not give that
 * back; a service whose bytes live outside the heap gains nothing from it. Must be called before the storm.
 */
export const keepYoungHeapSmall = (): void => setFlagsFromString('--semi-space-growth-factor=1');
