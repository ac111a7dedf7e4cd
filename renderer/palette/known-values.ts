/** Nodes, videos, uploads, profiles and scenarios that a field may name, from what the page knows. */
import type { Choice } from '../components/choice.ts';
import { useClusterStore } from '../stores/cluster.ts';
import { useNetworkStore } from '../stores/network.ts';
import { useUploadStore } from '../stores/uploads.ts';
import { useVideoStore } from '../stores/videos.ts';
import type { KnownKind } from './json-schema.ts';

/** The choices for a kind of id; empty when none is known. */
export const useKnownValues = (): ((kind: KnownKind) => Choice[]) => {
  const cluster = useClusterStore();
  const videos = useVideoStore();
  const uploads = useUploadStore();
  const network = useNetworkStore();
  return (kind) => {
    switch (kind) {
      case 'node': return cluster.nodes.map((node) => ({ value: node.name, label: node.name, hint: node.phase }));
      case 'video': return videos.videos.map((video) => ({ value: video.video_id, label: video.title, hint: video.video_id }));
      case 'profile': return network.profiles.map((profile) => ({ value: profile.id, label: profile.name, hint: profile.description }));
      case 'scenario': return network.scenarios.map((scenario) => ({ value: scenario.id, label: scenario.name, hint: scenario.id }));
      case 'upload': return [...uploads.sessions.values()].map((upload) => ({ value: upload.sessionId, label: upload.title, hint: upload.phase }));
    }
  };
};
