/** One session in virtual time: the worker simulates it, nothing real is touched. */
import type { ComparisonCondition } from '../../contract/comparison.ts';
import type { Manifest } from '../../contract/wire/metadata.ts';
import { MINUTE_MS } from '../../contract/units.ts';
import type { SessionRunner } from '../../lab/comparison/run.ts';
import type { LabWorkers } from './lab-worker.ts';

/** A session takes a fraction of a second of computing. */
const SIMULATE_MS_MAX = 5 * MINUTE_MS;

export interface VirtualRunnerParts {
  workers: LabWorkers;
  condition: ComparisonCondition;
  sessionSec: number;
  nodeIds: string[];
  manifest: Manifest;
}

export const createVirtualRunner = ({ workers, condition, sessionSec, nodeIds, manifest }: VirtualRunnerParts): SessionRunner => ({
  async run(session, { signal }) {
    const worker = await workers.get();
    const record = await worker.ask('simulate', { session, condition, sessionSec, nodeIds, manifest }, SIMULATE_MS_MAX);
    signal.throwIfAborted();
    return record;
  },
});
