/** Measurements. */
import type { Handlers } from '../dispatcher.ts';
import type { Recorder } from '../metrics/recorder.ts';

export const metricHandlers = (recorder: Recorder) =>
  ({
    'metrics:latest': () => ({ sample: recorder.latest() }),
    'metrics:history': ({ samplesMax, ...range }, { signal }) => recorder.history({ ...range, signal }, samplesMax),
    'metrics:summary': () => recorder.summary(),
    'metrics:export': (range, { signal }) => recorder.export({ ...range, signal }),
  }) satisfies Partial<Handlers>;
