/** Measurements. */
import type { Handlers } from '../dispatcher.ts';
import type { Recorder } from '../metrics/recorder.ts';

export const metricHandlers = (recorder: Recorder) =>
  ({
    'metrics:latest': () => ({ sample: recorder.latest() }),
    'metrics:history': ({ samplesMax, ...range }) => recorder.history(range, samplesMax),
    'metrics:summary': () => recorder.summary(),
    'metrics:export': (range) => recorder.export(range),
  }) satisfies Partial<Handlers>;
