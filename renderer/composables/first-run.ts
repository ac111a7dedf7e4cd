/** From nothing to moving pictures: launch, put the sample in if it is not there yet, open the player, or run the demo. */
import { until } from '@vueuse/core';
import { shallowRef, type ShallowRef } from 'vue';
import { useRouter } from 'vue-router';
import type { LaunchOptions } from '../../runtime/contract/control/cluster.ts';
import { VStackError } from '../../runtime/contract/errors.ts';
import { useClusterStore } from '../stores/cluster.ts';
import { useDemoStore } from '../stores/demo.ts';
import { useUploadStore } from '../stores/uploads.ts';
import { useVideoStore } from '../stores/videos.ts';

/** What is being done at the moment; null when nothing is. Kept across views, because the person may look around meanwhile. */
const stage = shallowRef<'launch' | 'upload' | null>(null);

export interface FirstRun {
  stage: Readonly<ShallowRef<'launch' | 'upload' | null>>;
  /** @throws VStackError of the launch or of the upload */
  launchAndPlay(options: LaunchOptions): Promise<void>;
  uploadSampleAndPlay(): Promise<void>;
  /** @throws VStackError of the launch or of the demo's start */
  launchAndDemo(options: LaunchOptions): Promise<void>;
}

export const useFirstRun = (): FirstRun => {
  const cluster = useClusterStore();
  const uploads = useUploadStore();
  const videos = useVideoStore();
  const demo = useDemoStore();
  const router = useRouter();

  const during = async (name: 'launch' | 'upload', work: () => Promise<void>): Promise<void> => {
    stage.value = name;
    try {
      await work();
    } finally {
      stage.value = null;
    }
  };

  const uploadSampleAndPlay = (): Promise<void> =>
    during('upload', async () => {
      const { sessionId } = await uploads.sample();
      const isOver = (): boolean => ['completed', 'failed', 'cancelled'].includes(uploads.sessions.get(sessionId)?.phase ?? 'failed');
      await until(isOver).toBe(true);
      const upload = uploads.sessions.get(sessionId);
      if (upload?.phase === 'cancelled') return;
      if (!upload?.videoId || upload.phase !== 'completed') throw new VStackError('unavailable', upload?.error ?? 'The connection was lost during the upload.');
      await router.push(`/watch/${upload.videoId}`);
    });

  return {
    stage,
    uploadSampleAndPlay,
    launchAndDemo: async (options) => {
      await cluster.launch(options);
      await demo.start();
      await router.push('/dashboard/comparison');
    },
    launchAndPlay: async (options) => {
      await during('launch', async () => {
        await cluster.launch(options);
        await videos.hydrate();
      });
      // A data folder that was used before has videos already; the youngest one plays as well as another copy of the sample.
      const [youngest] = videos.videos;
      if (youngest) await router.push(`/watch/${youngest.video_id}`);
      else await uploadSampleAndPlay();
    },
  };
};
