/** Calls that end or delete something, and what is asked before they are made. */
import type { CallName } from '../../runtime/contract/control/index.ts';
import type { Question } from '../composables/confirmation.ts';

type Ask = (input: Readonly<Record<string, unknown>>) => Question;

const node = (input: Readonly<Record<string, unknown>>): string => String(input.nodeId ?? 'the node');
const video = (input: Readonly<Record<string, unknown>>): string => String(input.videoId ?? 'the video');

const consequences: Readonly<Partial<Record<CallName, Ask>>> = {
  'cluster:stop': () => ({
    title: 'Stop the whole cluster?',
    text: 'Every process ends cleanly. Videos stay on disk and are there again after the next launch; uploads under way go on then.',
    action: 'Stop all',
  }),
  'nodes:stop': (input) => ({ title: `Stop ${node(input)}?`, text: 'It ends cleanly and stays down until it is started again. Its chunks stay on its disk.', action: 'Stop node' }),
  'nodes:kill': (input) => ({ title: `Kill ${node(input)}?`, text: 'The process dies at once (SIGKILL), as in a crash. The supervisor starts it again; nothing acknowledged is lost.', action: 'Kill node' }),
  'nodes:remove': (input) => ({
    title: `Remove ${node(input)}?`,
    text: input.deleteData === true ? 'It leaves the cluster, and its data is deleted from disk.' : 'It stops and leaves the cluster; its data stays on disk. Chunks it held are copied to other nodes.',
    action: 'Remove node',
  }),
  'metadata:rebuild': () => ({
    title: 'Rebuild the metadata database?',
    text: 'The metadata service stops, and a new database is made from what the storage nodes hold. The old one is kept beside it.',
    action: 'Rebuild',
  }),
  'videos:delete': (input) => ({ title: `Delete ${video(input)}?`, text: 'It leaves the library, and its chunks are collected from every node.', action: 'Delete video' }),
  'comparison:delete-report': () => ({ title: 'Delete the saved comparison?', text: 'Its report leaves the disk, and nothing brings it back.', action: 'Delete report' }),
  'uploads:cancel': () => ({ title: 'Cancel the upload?', text: 'Nothing of it stays behind.', action: 'Cancel upload' }),
  'network:delete-profile': (input) => ({ title: `Delete the profile ${String(input.profileId ?? '')}?`, text: 'It leaves the list. Links that are set to it stay as they are.', action: 'Delete profile' }),
  'scenarios:delete': (input) => ({ title: `Delete the scenario ${String(input.scenarioId ?? '')}?`, text: 'It leaves the list, and nothing keeps a copy.', action: 'Delete scenario' }),
  'system:shutdown': () => ({ title: 'End the host?', text: 'The cluster stops and the program ends. This page has nobody to talk to until it is started again.', action: 'End the host' }),
};

/** The question to ask before this call, or null when it may simply be made. */
export const questionBefore = (name: CallName, input: Readonly<Record<string, unknown>>): Question | null => consequences[name]?.(input) ?? null;

export const callsWithConsequences = Object.keys(consequences) as CallName[];
