/** What a state looks like: a tone, and with it always a shape and a word, so that colour is never the only sign. */
import type { ChildPhase, ClusterPhase } from '../../runtime/contract/control/cluster.ts';
import type { UploadPhase } from '../../runtime/contract/control/uploads.ts';

export type Tone = 'ok' | 'warn' | 'bad' | 'idle' | 'busy';

export interface Look {
  tone: Tone;
  word: string;
}

export const childLooks: Readonly<Record<ChildPhase, Look>> = {
  ready: { tone: 'ok', word: 'Ready' },
  degraded: { tone: 'warn', word: 'Degraded' },
  starting: { tone: 'busy', word: 'Starting' },
  restarting: { tone: 'busy', word: 'Restarting' },
  stopping: { tone: 'busy', word: 'Stopping' },
  paused: { tone: 'warn', word: 'Paused' },
  stopped: { tone: 'idle', word: 'Stopped' },
  crashed: { tone: 'bad', word: 'Crashed' },
};

export const clusterLooks: Readonly<Record<ClusterPhase, Look>> = {
  ready: { tone: 'ok', word: 'Ready' },
  degraded: { tone: 'warn', word: 'Degraded' },
  starting: { tone: 'busy', word: 'Launching' },
  stopping: { tone: 'busy', word: 'Stopping' },
  stopped: { tone: 'idle', word: 'Stopped' },
  failed: { tone: 'bad', word: 'Launch failed' },
};

export const uploadLooks: Readonly<Record<UploadPhase, Look>> = {
  uploading: { tone: 'busy', word: 'Receiving' },
  processing: { tone: 'busy', word: 'Reading' },
  chunking: { tone: 'busy', word: 'Cutting' },
  registering: { tone: 'busy', word: 'Registering' },
  uploading_chunks: { tone: 'busy', word: 'Storing' },
  finalizing: { tone: 'busy', word: 'Finalising' },
  completed: { tone: 'ok', word: 'Stored' },
  failed: { tone: 'bad', word: 'Failed' },
  cancelled: { tone: 'idle', word: 'Cancelled' },
};
