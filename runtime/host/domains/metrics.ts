/** Measurements. */
import { VStackError } from '../../contract/errors.ts';
import type { Handlers } from '../dispatcher.ts';

const missing = (): never => {
  throw new VStackError('not_supported', 'This host does not answer that call.');
};

export const metricHandlers = () =>
  ({
    'metrics:latest': missing,
    'metrics:history': missing,
    'metrics:summary': missing,
    'metrics:export': missing,
  }) satisfies Partial<Handlers>;
