/** The lab worker: plays and simulates sessions for comparisons, in a process of its own. runtime/contract/lab-worker.ts has the conversation. */
import { LabWorkerConfig } from '../../contract/lab-worker.ts';
import { runChild } from '../../platform/process/run-child.ts';
import { startLabWorker } from './start.ts';

runChild({ role: 'lab-worker', config: LabWorkerConfig, start: startLabWorker });
