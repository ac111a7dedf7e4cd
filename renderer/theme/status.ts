/** What a state looks like: a tone, and with it always a shape and a word, so that colour is never the only sign. */
import type { ChildPhase, ClusterPhase } from '../../runtime/contract/control/cluster.ts';
import type { UploadPhase } from '../../runtime/contract/control/uploads.ts';

export type Tone = 'ok' | 'warn' | 'bad' | 'idle' | 'busy';

export interface Look {
  tone: Tone;
  word: string;
}

const look = (tone: Tone, word: string): Look => ({ tone, word });
const busy = (word: string): Look => look('busy', word);

/** What a process and the whole cluster have in common. */
const runLooks = { ready: look('ok', 'Ready'), degraded: look('warn', 'Degraded'), stopping: busy('Stopping'), stopped: look('idle', 'Stopped') };

export const childLooks: Readonly<Record<ChildPhase, Look>> = {
  ...runLooks,
  starting: busy('Starting'),
  restarting: busy('Restarting'),
  paused: look('warn', 'Paused'),
  crashed: look('bad', 'Crashed'),
};

export const clusterLooks: Readonly<Record<ClusterPhase, Look>> = { ...runLooks, starting: busy('Launching'), failed: look('bad', 'Launch failed') };

export const uploadLooks: Readonly<Record<UploadPhase, Look>> = {
  uploading: busy('Receiving'),
  processing: busy('Reading'),
  chunking: busy('Cutting'),
  registering: busy('Registering'),
  uploading_chunks: busy('Storing'),
  finalizing: busy('Finalising'),
  completed: look('ok', 'Stored'),
  failed: look('bad', 'Failed'),
  cancelled: look('idle', 'Cancelled'),
};
