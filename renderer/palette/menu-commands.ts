/** The desktop program's menu: what is chosen there is done here, by the command of the palette that has the same id. */
import type { App } from 'vue';
import { useRouter } from 'vue-router';
import type { NativeBridge } from '../bridge/bridge.ts';
import { usePalette } from '../composables/commands.ts';
import { useShortcutOverview } from '../composables/shortcuts-overview.ts';
import { usePickedVideos } from '../stores/picked-videos.ts';
import { useToastStore } from '../stores/toasts.ts';
import { usePageCommands } from './page-commands.ts';

/** Returns what stops following. */
export const followMenu = (native: Pick<NativeBridge, 'onMenuCommand'>, app: App): (() => void) =>
  app.runWithContext(() => {
    const commands = usePageCommands();
    const router = useRouter();
    const palette = usePalette();
    const overview = useShortcutOverview();
    const videos = usePickedVideos();
    const toasts = useToastStore();

    const openVideos = async (): Promise<void> => {
      // Uploads are seen in the library; the dialog stands above it.
      await router.push('/library');
      await videos.upload();
    };
    const run = async (id: string): Promise<void> => {
      if (id === 'palette') return palette.open();
      if (id === 'shortcuts') return void (overview.isOpen.value = true);
      if (id === 'open-videos') return openVideos();
      if (id.startsWith('go:')) return void (await router.push(id.slice('go:'.length)));
      // What the palette does not offer at the moment, as stopping what does not run, is shown by the cluster's view.
      const command = commands.value.find((offered) => offered.id === id);
      await (command ? command.run() : id.startsWith('cluster:') && router.push('/cluster'));
    };
    return native.onMenuCommand((command) => {
      run(command).catch((error: unknown) => toasts.fail('That could not be done', error));
    });
  });
